"""On the Dot: its worker and its server as processes, tasks registered over REST."""

from __future__ import annotations

import asyncio
import os
import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp
from temporalio.client import Client

from benchmarks.instruments import Void
from benchmarks.sides.stack import Stack
from benchmarks.sides.temporal_client import connected
from onthedot import naming
from onthedot.service.temporal.connection import prepare_namespace
from onthedot.settings import PREFIX

_DAY_SECONDS = 86400
_REPEATS = 20
_PAUSE_SECONDS = 0.25


class Ours:
    """The side that is measured."""

    programs: Sequence[str] = ("worker", "server")
    run_types: Sequence[str] = (naming.TASK, naming.TASK_RUN)
    #: Settings of its processes that the other side does not get.
    own_settings: Mapping[str, str] = {}

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.client: Client
        self.refused = 0
        self._rest = stack.base
        worker = f"http://127.0.0.1:{stack.settings.metrics_port}"
        self._addresses = {"worker": worker, "server": stack.base}
        # Shorter than any server keeps an idle connection: a POST is not sent again by itself.
        pool = aiohttp.TCPConnector(limit=100, keepalive_timeout=2)
        self._session = aiohttp.ClientSession(connector=pool)

    async def start(self) -> None:
        self.client = await connected(self.stack)
        await prepare_namespace(self.client, self.stack.settings)
        for name in self.programs:
            self._begin(name)
        for name in self.programs:
            await self._answers(f"{self._addresses[name]}/readyz")

    async def start_one(self, name: str) -> None:
        """Starts one of its processes by itself."""
        self._begin(name)
        await self._answers(f"{self._addresses[name]}/readyz")

    def _begin(self, name: str) -> None:
        settings = self.stack.settings
        environment = self.stack.environment(
            ONTHEDOT_ALLOW_HOSTS="127.0.0.0/8",
            ONTHEDOT_PORT=str(settings.port),
            ONTHEDOT_METRICS_PORT=str(settings.metrics_port),
            **self.own_settings,
        )
        program = [sys.executable, "-P", "-m", "onthedot.cli", name]
        self.stack.start(name, program, environment)

    async def close(self) -> None:
        await self._session.close()

    async def once(self, name: str, due: datetime) -> None:
        await self._register(name, {"kind": "once", "at": due.isoformat()})

    async def recurring(self, name: str, due: datetime) -> None:
        offset = due.timestamp() % _DAY_SECONDS
        await self._register(name, {"kind": "interval", "every": _DAY_SECONDS, "offset": offset})

    async def page(self) -> None:
        async with self._session.get(f"{self._rest}/tasks?limit=50") as answer:
            body = await answer.text()
            if answer.status != 200:
                raise Void(f"GET /tasks: {answer.status} {body[:500]}")

    async def _register(self, name: str, trigger: dict[str, Any]) -> None:
        action = {"kind": "http", "method": "POST", "url": self.stack.url, "body": name}
        task = {"id": name, "trigger": trigger, "action": action}
        status, body = 0, ""
        for _ in range(_REPEATS + 1):
            refused = status
            async with self._session.post(f"{self._rest}/tasks", json=task) as answer:
                status, body = answer.status, await answer.text()
            # An earlier attempt registered it, although the response was that Temporal is busy.
            if status == 201 or (status == 409 and refused == 503):
                return
            if status != 503:
                break
            self.refused += 1
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Void(f"POST /tasks: {status} {body[:500]}")

    async def _answers(self, url: str) -> None:
        for _ in range(1200):
            self.stack.check()
            try:
                async with self._session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
        raise Void(f"{url} did not answer")


class Encrypted(Ours):
    """The same, with everything in Temporal encrypted."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        key = b64encode(os.urandom(32)).decode()
        self.own_settings = {f"{PREFIX}ENCRYPTION_KEYS": f"bench:{key}"}
