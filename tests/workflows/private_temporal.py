"""A separate Temporal server and workers as processes, to be killed."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.service import RetryConfig

from onthedot.embedded import RAISED_LIMITS, find_binary
from onthedot.plugin import OnTheDotPlugin
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.connection import prepare_namespace
from onthedot.settings import Settings
from tests.faults.part import Part
from tests.ports import free_port
from tests.waiting import PATIENCE, patient
from tests.workers import start_worker

_QUEUE = "private"


class PrivateTemporal:
    """A dev server over a file. `limits` are dynamic settings beside the raised limits."""

    def __init__(self, directory: Path, **limits: int | str) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.directory = directory
        self._limits = {**RAISED_LIMITS, **limits}
        self._server: subprocess.Popen[bytes] | None = None
        self._workers: list[Part] = []

    async def start(self) -> Temporal:
        """Start it, again too, and wait until it answers."""
        self._start()
        client = await self._connected()
        return patient(client, Settings(task_queue=_QUEUE, allow_commands=True))

    def freeze(self) -> None:
        """Stop the server's process, its connections open."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the server with SIGKILL."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()

    def start_worker(self, *, forked: bool = True) -> Part:
        """A worker of this project, as a process. `forked`: from one with its modules loaded."""
        settings = {
            "TEMPORAL_ADDRESS": self.address,
            "ONTHEDOT_TASK_QUEUE": _QUEUE,
            "ONTHEDOT_ALLOW_HOSTS": "127.0.0.0/8",
            "ONTHEDOT_ALLOW_COMMANDS": "true",
        }
        worker = start_worker(self.directory, settings, forked=forked)
        self._workers.append(worker)
        return worker

    def end(self) -> None:
        """End everything."""
        for worker in self._workers:
            worker.kill()
        self.kill()

    def _start(self) -> None:
        host, _, port = self.address.partition(":")
        limits = [f"--dynamic-config-value={name}={value}" for name, value in self._limits.items()]
        command = [
            str(find_binary()),
            "server",
            "start-dev",
            "--headless",
            f"--ip={host}",
            f"--port={port}",
            f"--db-filename={self.directory / 'temporal.db'}",
            "--sqlite-pragma=journal_mode=WAL",
            "--sqlite-pragma=synchronous=NORMAL",
            "--log-level=error",
            *limits,
        ]
        with (self.directory / "temporal.log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    async def _connected(self) -> Client:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    client = await Client.connect(
                        self.address,
                        plugins=[OnTheDotPlugin()],
                        retry_config=RetryConfig(max_elapsed_time_millis=1000),
                    )
                    await prepare_namespace(client, Settings())
                except RuntimeError:
                    await asyncio.sleep(0.1)
                else:
                    return client


@pytest.fixture(scope="module")
async def private(
    anyio_backend: object, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[PrivateTemporal]:
    """One that is not started yet, for all tests of a file."""
    server = PrivateTemporal(tmp_path_factory.mktemp("temporal"))
    yield server
    server.end()
