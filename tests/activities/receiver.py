"""An HTTP receiver that can refuse, hang, break off, redirect and never end."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from multidict import CIMultiDict

_MEGABYTE = b"x" * (1024 * 1024)


@dataclass
class Received:
    """One request as it came in."""

    method: str
    path: str
    headers: CIMultiDict[str]
    body: bytes
    peer: object
    """The client's address and port: one a connection."""


@dataclass
class Receiver:
    """What came in, and what goes out. `plan` is what `/planned` answers, one after the other."""

    base: str = ""
    requests: list[Received] = field(default_factory=list)
    plan: list[web.Response] = field(default_factory=list)
    sent: int = 0
    trickled: int = 0
    """Bytes of body that `/stream` got rid of."""
    running: int = 0
    most_running: int = 0
    abandoned: asyncio.Event = field(default_factory=asyncio.Event)
    """A client left while `/hang` was busy."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    """Ends every `/hang`."""

    def url(self, path: str) -> str:
        return self.base + path

    async def handle(self, request: web.Request) -> web.StreamResponse:
        peer = request.transport and request.transport.get_extra_info("peername")
        body = await request.read()
        headers = CIMultiDict(request.headers)
        self.requests.append(Received(request.method, request.path_qs, headers, body, peer))
        self.arrived.set()
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            answer: web.StreamResponse = await getattr(self, "on_" + request.path[1:])(request)
            return answer
        finally:
            self.running -= 1

    async def on_echo(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "headers": dict(request.headers),
                "body": (await request.read()).decode(),
                "path": request.path_qs,
            }
        )

    async def on_planned(self, request: web.Request) -> web.Response:
        return self.plan.pop(0)

    async def on_planned_then_hang(self, request: web.Request) -> web.Response:
        return self.plan.pop(0) if self.plan else await self.on_hang(request)

    async def on_hang(self, request: web.Request) -> web.Response:
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.abandoned.set()
            raise
        return web.json_response({})

    async def on_drop(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def on_half(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        response.content_length = 1000
        await response.prepare(request)
        await response.write(b"the first half")
        await asyncio.sleep(0.05)
        assert request.transport is not None
        request.transport.close()
        return response

    async def on_stream(self, request: web.Request) -> web.StreamResponse:
        """Sends `?mb=` megabytes, or without end."""
        megabytes = int(request.query.get("mb", 1_000_000))
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        if "mb" in request.query:
            response.content_length = megabytes * len(_MEGABYTE)
        await response.prepare(request)
        for _ in range(megabytes):
            await response.write(_MEGABYTE)
            self.sent += len(_MEGABYTE)
        return response

    async def on_trickle(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b".")
            self.trickled += 1
            await asyncio.sleep(0.02)

    async def on_bomb(self, request: web.Request) -> web.Response:
        packed = gzip.compress(_MEGABYTE * 50)
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async def on_redirect(self, request: web.Request) -> web.Response:
        return web.Response(
            status=int(request.query.get("status", 302)),
            headers={"Location": request.query["to"]},
        )


@asynccontextmanager
async def open_receiver() -> AsyncIterator[Receiver]:
    """A receiver on a free port of 127.0.0.1."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", receiver.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.base = f"http://{host}:{port}"
    try:
        yield receiver
    finally:
        receiver.release.set()
        await runner.cleanup()
