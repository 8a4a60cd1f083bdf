"""Keeps child processes running until it stops them.

Each child runs under a guard (processes/guard.py) in its own session, so that Ctrl-C reaches only
the supervisor, which then stops its children in order. A child that ends unexpectedly is restarted,
after a delay that doubles while it keeps dying. A child that cannot run with its settings (exit
code 2) is not restarted, and resolves `gave_up`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic

from onthedot.processes.orphans import ProcessRecord, group_of
from onthedot.processes.sealed_environment import hand_on

#: Exit code of a command that cannot run with its settings.
CANNOT_START = 2

_GUARD = str(Path(__file__).with_name("guard.py"))
_FIRST_DELAY = timedelta(milliseconds=200)
_LONGEST_DELAY = timedelta(seconds=30)
#: After a child has run this long, its next restart has the shortest delay again.
_STEADY = timedelta(seconds=30)
#: The time that the guard needs in addition to its child's grace period.
_GUARD_MARGIN = timedelta(seconds=1)
_LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True)
class Child:
    """One command to keep running. Its output goes to `log`, or line by line to the supervisor.

    Secrets in its `environment` reach only a program that begins with `start_clean`.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    grace: timedelta
    log: Path | None = None


class _Running:
    """One child that is kept running, and what stopping it needs."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.stop = asyncio.Event()
        self.process: asyncio.subprocess.Process | None = None
        self.watch: asyncio.Task[None] | None = None


class Supervisor:
    """Starts, watches and stops children. `say` gets each line: the child's name and the text."""

    def __init__(self, record: ProcessRecord, say: Callable[[str, str], None]) -> None:
        self._record = record
        self._say = say
        self._running: dict[str, _Running] = {}
        #: Resolves to the name of the first child that cannot run with its settings.
        self.gave_up: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def start(self, child: Child) -> None:
        """Starts `child` and keeps it running until `stop`."""
        running = _Running(child)
        running.watch = asyncio.create_task(self._keep_running(running))
        self._running[child.name] = running

    async def run_once(self, child: Child) -> int:
        """Runs `child` to its end; returns its exit code. Cancelling this ends the child."""
        running = _Running(child)
        try:
            return await self._run(running)
        except asyncio.CancelledError:
            _end(running)
            raise

    async def stop(self, *names: str) -> None:
        """Stops these children at the same time; returns when all are gone."""
        await asyncio.gather(*(self._stop(self._running[n]) for n in names if n in self._running))

    async def stop_all(self) -> None:
        await self.stop(*self._running)

    async def _keep_running(self, running: _Running) -> None:
        child, delay = running.child, _FIRST_DELAY
        while not running.stop.is_set():
            began = monotonic()
            code = await self._run(running)
            if running.stop.is_set():
                return
            if code == CANNOT_START:
                if not self.gave_up.done():
                    self.gave_up.set_result(child.name)
                return
            if monotonic() - began > _STEADY.total_seconds():
                delay = _FIRST_DELAY
            self._say(child.name, f"ended with code {code}; starting it again")
            with suppress(TimeoutError):
                await asyncio.wait_for(running.stop.wait(), delay.total_seconds())
            delay = min(delay * 2, _LONGEST_DELAY)

    async def _run(self, running: _Running) -> int:
        child = running.child
        guard = (sys.executable, "-I", "-S", _GUARD, str(child.grace.total_seconds()))
        output = child.log.open("ab") if child.log else None
        try:
            with hand_on(child.environment) as (shown, files):
                process = await asyncio.create_subprocess_exec(
                    *guard,
                    *child.command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=output or asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.STDOUT,
                    env=shown,
                    pass_fds=files,
                    start_new_session=True,
                    limit=_LONGEST_LINE,
                )
        finally:
            if output:
                output.close()
        running.process = process
        self._record.add(group_of(process.pid, ((*guard, *child.command), child.command)))
        if running.stop.is_set():
            _end(running)
        reader = asyncio.create_task(self._pass_on(child.name, process.stdout))
        code = await process.wait()
        # A process that the child left behind may keep its output open forever.
        await asyncio.wait({reader}, timeout=1)
        reader.cancel()
        self._record.remove(process.pid)
        return code

    async def _pass_on(self, name: str, output: asyncio.StreamReader | None) -> None:
        while output:
            try:
                line = await output.readline()
            except ValueError:
                self._say(name, f"(a line of more than {_LONGEST_LINE} bytes was left out)")
                continue
            if not line:
                return
            self._say(name, line.decode(errors="replace").rstrip())

    async def _stop(self, running: _Running) -> None:
        running.stop.set()
        _end(running)
        if running.watch:
            limit = (running.child.grace + _GUARD_MARGIN).total_seconds()
            await asyncio.wait({running.watch}, timeout=limit)
            if not running.watch.done():
                _kill(running)
                await asyncio.wait({running.watch}, timeout=_GUARD_MARGIN.total_seconds())
                running.watch.cancel()
        self._running.pop(running.child.name, None)


def _end(running: _Running) -> None:
    """Asks the guard to end its child, by closing its standard input."""
    if running.process and running.process.stdin:
        running.process.stdin.close()


def _kill(running: _Running) -> None:
    if running.process:
        with suppress(ProcessLookupError):
            os.killpg(running.process.pid, signal.SIGKILL)
