"""A real uvicorn server on a free port, in the tests' own event loop."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import uvicorn

from onthedot.access.api_tokens import ApiToken
from onthedot.access.oidc.provider import Provider
from onthedot.access.roles import Role
from onthedot.agent_tools import over_http
from onthedot.api.app import create_app
from onthedot.api.middleware.security import SignedIn, nobody
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.waiting import PATIENCE


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ctrl-C belongs to pytest."""
        yield


def token(name: str, secret: str, role: Role = Role.ADMIN) -> ApiToken:
    """As an operator configures it."""
    return ApiToken(name=name, sha256=hashlib.sha256(secret.encode()).hexdigest(), role=role)


def a_token_for_each_role(settings: Settings) -> Settings:
    """Settings with a token for each role, of somebody called `an-editor`, say."""
    tokens = tuple(token(f"an-{role}", f"otd_{role}", role) for role in Role)
    return settings.model_copy(update={"api_tokens": tokens})


def as_role(role: str) -> dict[str, str]:
    """The header with a role's token."""
    return {"Authorization": f"Bearer otd_{role}"}


@asynccontextmanager
async def serving(
    settings: Settings,
    temporal: Temporal,
    signed_in: SignedIn = nobody,
    provider: Provider | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """A plain HTTP client of a server that runs as long as the block."""
    # With the protocol named, asyncio sends small answers at once instead of 40 ms later.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    port = listening.getsockname()[1]
    app = create_app(settings, temporal, signed_in, provider)
    over_http.mount(app, version="test")
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=2 * PATIENCE, trust_env=False
        ) as client:
            yield client
    finally:
        server.should_exit = True
        await running
