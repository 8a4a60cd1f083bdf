"""The processes that one round needs: a fresh Temporal, a receiver, and what a side adds."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from benchmarks.instruments import Void, machine
from onthedot import embedded
from onthedot.settings import PREFIX, Settings

_ROOT = Path(__file__).parents[2]
_START_LIMIT = timedelta(seconds=60)
_QUIET_SECONDS = 0.5
#: Of one core: what idle processes use.
_QUIET_SHARE = 0.16


class Stack:
    """The processes of one round, on their own ports, with their data in a temporary directory.

    `overrides` are settings by name that differ from their defaults, on either side. Use it as an
    async context manager; it kills everything that was started.

    With `TEMPORAL_ADDRESS` it uses the Temporal there, in the namespace that `TEMPORAL_NAMESPACE`
    names or in a `fresh` one, which it creates.
    """

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self._overrides = dict(overrides or {})
        self.directory = Path(tempfile.mkdtemp(prefix="onthedot-bench-"))
        ports = _ports(5)
        self.settings = Settings(
            _env_file=None,
            port=ports[0],
            metrics_port=ports[1],
            temporal_port=ports[2],
            temporal_ui_port=ports[3],
            data_dir=self.directory,
            **self._overrides,  # type: ignore[arg-type]  # checked by the model
        )
        self.elsewhere = os.environ.get("TEMPORAL_ADDRESS", "")
        self.namespace = os.environ.get("TEMPORAL_NAMESPACE", "") if self.elsewhere else "default"
        self.fresh = not self.namespace
        if self.fresh:
            self.namespace = f"bench-{uuid4().hex[:8]}"
        self.url = f"http://127.0.0.1:{ports[4]}/fire"
        self._receiver_port = ports[4]
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._used: dict[str, float] = {}

    async def __aenter__(self) -> Stack:
        self.start(
            "receiver",
            [sys.executable, "-m", "benchmarks.instruments.receiver", self._receiver_port],
        )
        self.start_temporal()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.kill(*self._running)
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def address(self) -> str:
        """Temporal's address."""
        return self.elsewhere or f"{embedded.ADDRESS}:{self.settings.temporal_port}"

    @property
    def base(self) -> str:
        """The address of our server."""
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def arrivals(self) -> Path:
        """The file that the receiver writes."""
        return self._log("receiver")

    def environment(self, **more: str) -> dict[str, str]:
        """For our own processes: this stack's Temporal, without the user's settings."""
        plain = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
        given = {PREFIX + name.upper(): value for name, value in self._overrides.items()}
        theirs = {"TEMPORAL_ADDRESS": self.address, "TEMPORAL_NAMESPACE": self.namespace}
        return embedded.client_environment(self.settings, plain) | theirs | given | more

    def start_temporal(self) -> None:
        """Starts Temporal as `onthedot dev` does, unless another one is used."""
        if self.elsewhere:
            return
        binary = embedded.find_binary()
        if binary is None:
            raise FileNotFoundError("There is no `temporal` program: install the Temporal CLI.")
        child = embedded.server(self.settings, self.directory, binary)
        self.start("temporal", child.command, child.environment)

    def start(
        self, name: str, command: Sequence[object], environment: Mapping[str, str] | None = None
    ) -> None:
        """Starts a process with its own log file."""
        with self._log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=_ROOT if environment is None else self.directory,
            )

    def kill(self, *names: str) -> None:
        """Kills processes immediately, like a crash."""
        for name in names:
            process = self._running.pop(name)
            if process.poll() is None:
                self._used[name] = self._used.get(name, 0) + machine.cpu_seconds(process.pid)
            process.kill()
            process.wait()

    def process_id(self, name: str) -> int:
        return self._running[name].pid

    def cpu(self) -> dict[str, float]:
        """CPU seconds that each process has used, and this one as `client`."""
        used = dict(self._used)
        for name, process in self._running.items():
            used[name] = used.get(name, 0) + machine.cpu_seconds(process.pid)
        return used | {"client": time.process_time()}

    async def used_a_second(self, seconds: float) -> dict[str, float]:
        """CPU seconds that each process uses in a second, over so many seconds from now."""
        before = self.cpu()
        await asyncio.sleep(seconds)
        return {name: (used - before[name]) / seconds for name, used in self.cpu().items()}

    def output(self, name: str) -> str:
        """The output of a process so far."""
        return self._log(name).read_text(errors="replace")

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Waits until a process is ready. Raises Void if one ended, or none gets ready."""
        limit = time.monotonic() + _START_LIMIT.total_seconds()
        while not condition():
            self.check()
            if time.monotonic() > limit:
                raise Void(f"not within {_START_LIMIT}: {what}")
            await asyncio.sleep(0.05)

    def check(self) -> None:
        """Raises Void if a process has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise Void(f"the {name} ended: {self.output(name)[-2000:]}")

    async def quiet(self, limit: timedelta) -> float:
        """Waits until the processes have little to do, for `limit` at most; returns the seconds
        that took."""
        began = time.monotonic()
        before = sum(self.cpu().values())
        while (waited := time.monotonic() - began) < limit.total_seconds():
            await asyncio.sleep(_QUIET_SECONDS)
            now = sum(self.cpu().values())
            if now - before < _QUIET_SHARE * _QUIET_SECONDS:
                return waited
            before = now
        return waited

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}.out"


def _ports(count: int) -> list[int]:
    """Free ports, below the range that systems use for outgoing connections."""
    ports: set[int] = set()
    while len(ports) < count:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            ports.add(port)
    return list(ports)
