"""A separate Temporal server that tests can stop and freeze."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client

from onthedot.embedded import find_binary
from onthedot.plugin import OnTheDotPlugin
from onthedot.service.temporal.connection import prepare_namespace
from onthedot.settings import Settings
from tests.ports import free_port
from tests.waiting import PATIENCE


@dataclass
class TemporalProcess:
    """A dev server in memory."""

    address: str
    process: asyncio.subprocess.Process

    def freeze(self) -> None:
        """It keeps its connections, and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)
        # Until each of its threads has come to know of it, it may still answer.
        os.waitpid(self.process.pid, os.WUNTRACED)

    def thaw(self) -> None:
        """It goes on where it was."""
        self.process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """It is gone."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def temporal_process(*, prepared: bool = True) -> AsyncIterator[TemporalProcess]:
    """A server that is ready, and killed when the block ends.

    Args:
        prepared: its namespace has what tasks need.
    """
    server = await _begun()
    try:
        async with asyncio.timeout(PATIENCE):
            while not await _is_ready(server.address, prepared=prepared):
                if server.process.returncode is not None:
                    # Another process was faster at one of its ports.
                    server = await _begun()
                await asyncio.sleep(0.1)
        yield server
    finally:
        await server.kill()


async def _begun() -> TemporalProcess:
    binary, port = find_binary(), free_port()
    assert binary is not None
    command = (str(binary), "server", "start-dev", "--headless", f"--port={port}")
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "TEMPORAL_CONFIG_FILE": os.devnull},
    )
    return TemporalProcess(f"127.0.0.1:{port}", process)


async def _is_ready(address: str, *, prepared: bool) -> bool:
    try:
        client = await Client.connect(address, plugins=[OnTheDotPlugin()])
        if prepared:
            await prepare_namespace(client, Settings())
    except RuntimeError:
        return False
    return True
