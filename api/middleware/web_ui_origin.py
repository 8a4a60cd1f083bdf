"""Lets pages of Temporal's Web UI, and of no other origin, call `/codec`.

The Web UI has another origin, so a browser first sends a preflight request, without a token, and
gives the page a response only if its headers allow the page's origin.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PATH = "/codec/"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

#: Set in a request's state if the page that sent it may read the response.
FROM_WEB_UI = "from_web_ui"


class WebUiOrigin:
    """Adds the headers of Cross-Origin Resource Sharing for one origin, and answers preflight
    requests."""

    def __init__(self, app: ASGIApp, web_ui: str) -> None:
        self._app = app
        self._origins = _origins(web_ui)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_PATH):
            await self._app(scope, receive, send)
            return
        origin = Headers(scope=scope).get("origin", "")
        if origin not in self._origins:
            await self._app(scope, receive, send)
            return
        allowed = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Vary": "Origin",
        }
        if scope["method"] == "OPTIONS":
            allowed |= {
                "Access-Control-Allow-Methods": "POST",
                "Access-Control-Allow-Headers": "authorization, content-type, x-namespace",
                "Access-Control-Max-Age": "600",
            }
            await Response(status_code=204, headers=allowed)(scope, receive, send)
            return

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(allowed)
            await send(message)

        scope.setdefault("state", {})[FROM_WEB_UI] = True
        await self._app(scope, receive, answered)


def _origins(web_ui: str) -> frozenset[str]:
    found = urlsplit(web_ui)
    if found.hostname is None:
        return frozenset()
    port = f":{found.port}" if found.port else ""
    host = f"[{found.hostname}]" if ":" in found.hostname else found.hostname
    # The same server, under any name that a browser has for this machine.
    hosts = _LOOPBACK if host in _LOOPBACK else (host,)
    return frozenset(f"{found.scheme}://{name}{port}" for name in hosts)
