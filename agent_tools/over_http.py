"""`/mcp`: the tools over streamable HTTP, for anyone who may call REST, and as that caller.

1. The request has passed what REST asks of a caller before it comes here, so it is known who calls.
2. Each POST stands for itself: there is no session, and any server may answer it.
3. A tool calls REST within this process, with the caller's own token and from the caller's address.
   So whatever it may not do is refused there, and the audit has the line.
4. The SDK is loaded with the first request: a server that no agent calls does not pay for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
from anyio import to_thread
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from onthedot.access.identity import Identity
from onthedot.access.roles import Role
from onthedot.agent_tools.asked import Asked
from onthedot.client import AsyncOnTheDot

#: REST sees the Host that it is asked by; this one is loopback.
_HERE = "http://127.0.0.1"


def mount(app: Starlette, *, version: str) -> None:
    """Give an app with REST the address `/mcp`."""
    app.router.routes.append(Route("/mcp", AgentDoor(app, version)))


class AgentDoor:
    """An ASGI app for `/mcp`; `rest` is the app whose calls the tools make."""

    def __init__(self, rest: ASGIApp, version: str) -> None:
        self._rest = rest
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message. Only POST is taken: there is no session to listen to or to end."""
        if scope["method"] != "POST":
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
            return
        identity: Identity = scope["state"]["identity"]
        serve = await to_thread.run_sync(_loaded)
        writes = identity.role.covers(Role.OPERATOR)
        ask = self._as_caller(scope)
        async with serve(ask, version=self._version, writes=writes) as answer:
            await answer(scope, receive, send)

    def _as_caller(self, scope: Scope) -> Asked:
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else None
        address = scope.get("client") or ("127.0.0.1", 0)

        @asynccontextmanager
        async def client() -> AsyncIterator[AsyncOnTheDot]:
            transport = httpx.ASGITransport(self._rest, client=address)
            async with AsyncOnTheDot(_HERE, bearer, transport=transport) as made:
                yield made

        return client


def _loaded() -> Callable[..., AbstractAsyncContextManager[ASGIApp]]:
    from onthedot.agent_tools.server import answering

    return answering
