"""Security headers of the page: only our own scripts, and no frames on other sites."""

from __future__ import annotations

import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onthedot.access.page_path import HSTS
from onthedot.ui.loading.template import NONCE


def policy(nonce: str) -> str:
    """The Content-Security-Policy: only scripts with the nonce run, and those that they load.

    `unsafe-eval` is required: NiceGUI evaluates the handlers and bound properties that it sends,
    and Vue compiles templates in the browser. It lets a running script evaluate text, but does not
    let any script start.
    """
    return (
        f"default-src 'self'; script-src 'nonce-{nonce}' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


class PageHeaders:
    """Gives every request a nonce, and every response the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = scope[NONCE] = secrets.token_urlsafe(16)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = HSTS
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Security-Policy"] = policy(nonce)
                    headers["X-Frame-Options"] = "DENY"
            await send(message)

        await self._app(scope, receive, with_headers)
