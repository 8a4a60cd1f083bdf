"""`/mcp`: the tools over streamable HTTP, for anyone who may call REST, and as that caller.

1. A request passes REST's own checks first, so the caller is known.
2. Each POST is independent: there is no session, and any server may answer it.
3. A tool calls REST within this process, with the caller's own token and address. So whatever the
   caller may not do is refused there, and appears in the audit log.
4. The SDK is loaded at the first request: a server that no agent calls does not need it.
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

#: A loopback address, which REST accepts as its own Host.
_HERE = "http://127.0.0.1"


def mount(app: Starlette, *, version: str) -> None:
    """Add the address `/mcp` to an app with REST."""
    app.router.routes.append(Route("/mcp", AgentDoor(app, version)))


class AgentDoor:
    """An ASGI app for `/mcp`; tools make their calls to the app `rest`."""

    def __init__(self, rest: ASGIApp, version: str) -> None:
        self._rest = rest
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message. Only POST is supported: there is no session to follow or to end."""
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
