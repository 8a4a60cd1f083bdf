"""A worker's HTTP endpoints: `/healthz`, `/readyz` and `/metrics`, without a token.

`/metrics` combines this process's counters with those of the Temporal SDK, whose core serves them
on a loopback port.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from onthedot.processes.own_host import from_elsewhere
from onthedot.processes.ports import is_loopback, listen

_SDK_TIMEOUT = ClientTimeout(total=2)


@dataclass
class WorkerHealth:
    """The worker's state: `connecting`, `polling` or `stopping`."""

    state: str = "connecting"


@asynccontextmanager
async def serve(
    health: WorkerHealth, host: str, port: int, sdk_address: str
) -> AsyncIterator[None]:
    """Serves on `host` and `port` while the block runs. Raises StartError for a busy port."""
    socket = listen(host, port, "--metrics-port")
    async with ClientSession(timeout=_SDK_TIMEOUT) as session:
        answers = _Answers(health, session, f"http://{sdk_address}/metrics")
        app = web.Application(middlewares=[_ours_alone] if is_loopback(socket) else [])
        app.router.add_get("/healthz", answers.alive)
        app.router.add_get("/readyz", answers.ready)
        app.router.add_get("/metrics", answers.metrics)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.SockSite(runner, socket, shutdown_timeout=0.5).start()
            yield
        finally:
            await runner.cleanup()


@web.middleware
async def _ours_alone(request: web.Request, handler: Handler) -> web.StreamResponse:
    """On loopback, refuse web pages in this machine's browsers."""
    if from_elsewhere(request.headers):
        return web.Response(status=403, text="Only this machine may call, with a loopback Host.\n")
    return await handler(request)


class _Answers:
    def __init__(self, health: WorkerHealth, session: ClientSession, sdk_url: str) -> None:
        self._health = health
        self._session = session
        self._sdk_url = sdk_url

    async def alive(self, _: web.Request) -> web.Response:
        """200 while the process runs: losing Temporal is no reason to restart it."""
        return web.json_response({"status": "ok", "worker": self._health.state})

    async def ready(self, _: web.Request) -> web.Response:
        """200 while the worker polls for tasks."""
        polling = self._health.state == "polling"
        return web.json_response({"worker": self._health.state}, status=200 if polling else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        body = generate_latest() + await self._sdk_metrics()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _sdk_metrics(self) -> bytes:
        try:
            async with self._session.get(self._sdk_url) as answer:
                return await answer.read()
        except (ClientError, TimeoutError) as error:
            logging.getLogger("onthedot.worker").warning("no SDK metrics: %r", error)
            return b""
