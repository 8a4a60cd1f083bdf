"""A receiver in its own process, which records every arrival before it responds."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TextIO

from aiohttp import web

from tests.activities.receiver import Receiver


class Recorder(Receiver):
    """Writes one JSON line per arrival."""

    def __init__(self, file: TextIO) -> None:
        super().__init__()
        self._file = file

    async def handle(self, request: web.Request) -> web.StreamResponse:
        arrival = {
            "at": time.time(),
            "task": request.headers.get("X-OnTheDot-Task", ""),
            "due": request.headers.get("X-OnTheDot-Scheduled-Time", ""),
            "key": request.headers.get("Idempotency-Key", ""),
            "attempt": int(request.headers.get("X-OnTheDot-Attempt", "0")),
        }
        self._file.write(json.dumps(arrival) + "\n")
        self._file.flush()
        return await super().handle(request)

    async def on_ok(self, request: web.Request) -> web.Response:
        return web.json_response({})

    async def on_slow(self, request: web.Request) -> web.Response:
        await asyncio.sleep(float(request.query["seconds"]))
        return web.json_response({})

    async def on_error(self, request: web.Request) -> web.Response:
        return web.Response(status=500)

    async def on_first(self, request: web.Request) -> web.StreamResponse:
        if request.headers["X-OnTheDot-Attempt"] != "1":
            return await self.on_ok(request)
        answer: web.StreamResponse = await getattr(self, "on_" + request.query["fault"])(request)
        return answer


async def main(port: int, file: Path) -> None:
    with file.open("a") as arrivals:
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", Recorder(arrivals).handle)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
