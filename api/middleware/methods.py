"""HEAD, OPTIONS and Allow for every address, derived from the routes."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Methods:
    """Responds to HEAD as to GET without the body, and to OPTIONS with `Allow`; adds `Allow` to a
    405."""

    def __init__(self, app: ASGIApp, routes: Iterable[APIRoute]) -> None:
        self._app = app
        by_path: dict[str, set[str]] = {}
        for route in routes:
            by_path.setdefault(route.path, set()).update(route.methods or ())
        self._known = [(compile_path(path)[0], found) for path, found in by_path.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = self._allowed(scope["path"]) if scope["type"] == "http" else set()
        if not allowed:
            await self._app(scope, receive, send)
            return
        allow = ", ".join(sorted(allowed))
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers={"Allow": allow})(scope, receive, send)
            return
        head = scope["method"] == "HEAD" and "GET" in allowed

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 405:
                kept = [h for h in message["headers"] if h[0].lower() != b"allow"]
                message = {**message, "headers": [*kept, (b"allow", allow.encode())]}
            elif message["type"] == "http.response.body" and head:
                message = {**message, "body": b""}
            await send(message)

        inner = {**scope, "method": "GET"} if head else scope
        try:
            await self._app(inner, receive, answered)
        finally:
            scope["route"] = inner.get("route")

    def _allowed(self, path: str) -> set[str]:
        found: set[str] = set()
        for pattern, methods in self._known:
            if pattern.match(path):
                found |= methods
        if "GET" in found:
            found |= {"HEAD"}
        return found | {"OPTIONS"} if found else found
