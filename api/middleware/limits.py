"""Limits of bodies: their size and their type."""

from __future__ import annotations

import asyncio
import email.message
from contextlib import suppress

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onthedot.access.page_path import belongs_to_page
from onthedot.api import problems

#: How much of a rejected body is read and dropped, and for how long.
_DRAIN_BYTES = 64 * 1024 * 1024
_DRAIN_SECONDS = 2

#: How long a body may take to arrive: 4 MiB at half a megabit a second.
BODY_SECONDS = 60


class BodyTooLarge(HTTPException):
    """The body is larger than allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(413, too_large(most), {"Connection": "close"})


class BodyTooSlow(HTTPException):
    """The body did not arrive in time."""

    def __init__(self) -> None:
        detail = (
            f"The body did not arrive within {BODY_SECONDS} seconds. Send it again without pauses."
        )
        super().__init__(408, detail, {"Connection": "close"})


class BodyLimit:
    """Rejects a body over the limit with 413, without storing it, and one that does not arrive in
    time with 408."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        announced = headers.get("content-length", "0")
        if not announced.isdecimal() or len(announced) > 15 or int(announced) > self._most:
            if headers.get("expect", "").lower() != "100-continue":
                await _drain(receive)
            found = problems.problem(problems.TOO_LARGE, too_large(self._most))
            await problems.answer(found, {"Connection": "close"})(scope, receive, send)
            return
        came, complete = 0, False
        deadline = asyncio.get_running_loop().time() + BODY_SECONDS

        async def counted() -> Message:
            nonlocal came, complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise BodyTooSlow from None
            complete = not message.get("more_body", False)
            came += len(message.get("body", b""))
            if came > self._most:
                await _drain(receive)
                raise BodyTooLarge(self._most)
            return message

        await self._app(scope, counted, send)


async def _drain(receive: Receive) -> None:
    """Read on for a while: a client that is cut off while it sends does not see the response."""
    came = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while came < _DRAIN_BYTES:
                message = await receive()
                came += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


def too_large(most: int) -> str:
    """The error for the caller."""
    return (
        f"A body may have up to {most} bytes (ONTHEDOT_MAX_BODY_BYTES). Send less in one request."
    )


class JsonOnly:
    """Responds with 415 to a body that is not declared as plain JSON, except under the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = _refused(scope) if scope["type"] == "http" else ""
        if not refused:
            await self._app(scope, receive, send)
            return
        await problems.answer(problems.problem(problems.MEDIA, refused))(scope, receive, send)


def _refused(scope: Scope) -> str:
    path = scope["path"]
    if belongs_to_page(path):
        return ""
    headers = Headers(scope=scope)
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if not has_body:
        return ""
    if headers.get("content-encoding", "identity").lower() != "identity":
        return "Compressed bodies are not supported. Send it without Content-Encoding."
    declared = email.message.Message()
    declared["content-type"] = headers.get("content-type", "")
    if declared.get_content_type() != "application/json" or not headers.get("content-type"):
        return "Send the body as JSON, with `content-type: application/json`."
    charset = str(declared.get_param("charset") or "utf-8").lower()
    return "" if charset in ("utf-8", "utf8") else "Send the body in UTF-8."
