"""Guards the page: requires a session if tokens are configured, and refuses other origins."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from onthedot.ui.access.sessions import Sessions

#: Paths that everyone may see: signing in and out, and static files.
_OPEN = {"/login", "/logout", "/sign-in", "/signed-in", "/signed-out", "/renew", "/favicon.ico"}
_FILES = "/static/"


class Gate:
    """Wraps the page's app. Sockets are checked like requests."""

    def __init__(self, app: ASGIApp, sessions: Sessions, entrance: ASGIApp) -> None:
        self._app = app
        self._sessions = sessions
        self._entrance = entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, redirect to the sign-in, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        if scope["type"] == "websocket" or path.startswith("/_nicegui_ws"):
            if not same_origin(connection) or self._sessions.of(connection.cookies) is None:
                await _refuse(scope, receive, send)
                return
        elif path in _OPEN or path.startswith(_FILES):
            await self._entrance(scope, receive, send)
            return
        elif self._sessions.of(connection.cookies) is None:
            query = f"?{connection.url.query}" if connection.url.query else ""
            # NiceGUI prepends a proxy's prefix.
            base = scope.get("root_path", "")
            way = "renew" if self._sessions.may_be_renewed(connection.cookies) else "login"
            target = f"{base}/{way}?next={quote(path + query, safe='')}"
            await RedirectResponse(target, 303)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a request comes from a page of this host, or names no origin."""
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    return bool(origin) and urlsplit(origin).netloc == connection.headers.get("host")


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": []})
    await send({"type": "http.response.body", "body": b"Refused: sign in again."})
