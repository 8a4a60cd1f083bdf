"""A proxy in front of a web server that does not authenticate callers.

It forwards requests that were meant for this machine, and refuses those that foreign web pages made
a browser send.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, hdrs, web
from multidict import CIMultiDict
from yarl import URL

from onthedot.processes.own_host import from_elsewhere

_TIMEOUT = ClientTimeout(total=None, sock_connect=5)
#: Headers of a single connection, which are not forwarded (RFC 9110, 7.6.1).
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


@asynccontextmanager
async def front_door(listening: socket.socket, behind: str) -> AsyncIterator[None]:
    """Serve on `listening` while the block runs; `behind` is the server's URL, without a path."""
    async with ClientSession(
        timeout=_TIMEOUT, cookie_jar=DummyCookieJar(), auto_decompress=False
    ) as session:
        door = _Door(session, behind)
        runner = web.AppRunner(_application(door), access_log=None)
        await runner.setup()
        try:
            await web.SockSite(runner, listening, shutdown_timeout=0.1).start()
            yield
        finally:
            await runner.cleanup()


def _application(door: _Door) -> web.Application:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", door.pass_on)
    return app


class _Door:
    def __init__(self, session: ClientSession, behind: str) -> None:
        self._session = session
        self._behind = behind

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        if from_elsewhere(request.headers):
            return web.Response(status=403, text="Only this machine may call, by its own name.\n")
        passed = web.StreamResponse()
        try:
            async with self._session.request(
                request.method,
                URL(self._behind + request.raw_path, encoded=True),
                headers=_end_to_end(request.headers),
                data=request.content if request.can_read_body else None,
                allow_redirects=False,
                skip_auto_headers=(hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.CONTENT_TYPE),
            ) as answer:
                passed.set_status(answer.status)
                passed.headers.extend(_end_to_end(answer.headers))
                await passed.prepare(request)
                async for chunk in answer.content.iter_any():
                    await passed.write(chunk)
        except (ClientError, TimeoutError):
            if not passed.prepared:
                return web.Response(
                    status=502, text="The server behind this proxy does not respond.\n"
                )
            # A partial response must not look complete.
            passed.force_close()
            if request.transport is not None:
                request.transport.abort()
        return passed


def _end_to_end(headers: Mapping[str, str]) -> CIMultiDict[str]:
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    return CIMultiDict(
        (name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP | named
    )
