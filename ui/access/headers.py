"""What a browser may do with the page: scripts of ours alone, and no other site around it."""

from __future__ import annotations

import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onthedot.access.page_path import HSTS
from onthedot.ui.loading.template import NONCE


def policy(nonce: str) -> str:
    """The Content-Security-Policy: only a script with the nonce runs, and what that one loads.

    `unsafe-eval` has to stay: NiceGUI evaluates the handlers and the bound properties that it sends
    to the browser, and Vue compiles templates there. It lets a script that runs evaluate text; it
    lets none begin to run.
    """
    return (
        f"default-src 'self'; script-src 'nonce-{nonce}' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


class SafeHeaders:
    """Gives every request a nonce, and every response the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers added."""
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
