"""Starting a command under its guard, feeding it and reading what it writes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from onthedot.activities.command.pipes import InPipe, OutPipe
from onthedot.scheduling.stored.written import Stream

Wrote = Callable[[Stream, bytes], None]

_GUARD = Path(__file__).with_name("guard.py")
#: Variables that the guard's Python may need; the command does not get them.
_GUARD_ENV = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
#: How long the guard may take to kill and report, after timeout and grace time.
_GUARD_SECONDS = 7.0
#: How long to read the last output once every writer has ended.
_DRAIN_SECONDS = 1.0
#: A command runs as the same user and may stop (SIGSTOP) its guard, which must continue.
_WAKE_EVERY = 1.0


@dataclass(frozen=True)
class Order:
    """What to run. `grace` is the time between SIGTERM and SIGKILL."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str | None
    stdin: str | None
    timeout: timedelta
    grace: timedelta


class NotStartedError(OSError):
    """The system did not start the command; `filename` says which part was refused."""


class GuardLostError(Exception):
    """The guard ended without a report."""


class CommandProcess:
    """One command, from its start to the end of everything it started."""

    def __init__(self, order: Order, wrote: Wrote) -> None:
        """`wrote` is called with what the command writes, as it arrives."""
        self._order = order
        self._pid: int | None = None
        self.stdout = OutPipe(partial(wrote, Stream.STDOUT))
        self.stderr = OutPipe(partial(wrote, Stream.STDERR))
        self._stdin = None if order.stdin is None else InPipe(order.stdin)

    async def run(self) -> tuple[int, bool]:
        """The exit code (minus the signal, if one ended it), and whether its time was up.

        When this returns, or soon after it is cancelled, no process of the command runs. May be
        called only once.

        Raises:
            NotStartedError: there was nothing to run.
            GuardLostError: the guard was killed; the command was then killed too.
            OSError: the system could not start the guard.
        """
        ours, theirs = socket.socketpair()
        pipes: list[InPipe | OutPipe] = [self.stdout, self.stderr]
        if self._stdin is not None:
            pipes.append(self._stdin)
        try:
            try:
                guard = await self._start_guard(theirs.fileno())
            finally:
                theirs.close()
                for pipe in pipes:
                    os.close(pipe.child_end)
            with _kept_awake(guard):
                return await self._attend(guard, ours)
        finally:
            ours.close()
            for pipe in pipes:
                pipe.close()

    async def _attend(
        self, guard: asyncio.subprocess.Process, ours: socket.socket
    ) -> tuple[int, bool]:
        flows = [self.stdout.read(), self.stderr.read()]
        if self._stdin is not None:
            flows.append(self._stdin.write())
        flowing = asyncio.gather(*flows)
        reader, control = await asyncio.open_connection(sock=ours)
        try:
            control.write(_spoken(self._order))
            async with asyncio.timeout(self._longest(self._order.timeout)):
                return await self._report(reader)
        except TimeoutError:
            raise GuardLostError from None
        finally:
            control.write(b"end\n")
            await self._see_off(guard)
            control.close()
            # What it wrote is shown, however it ended.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(flowing), _DRAIN_SECONDS)
            flowing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await flowing

    async def _start_guard(self, control: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-B", str(_GUARD), str(control)),
            stdin=self._stdin.child_end if self._stdin else asyncio.subprocess.DEVNULL,
            stdout=self.stdout.child_end,
            stderr=self.stderr.child_end,
            pass_fds=(control,),
            env={name: os.environ[name] for name in _GUARD_ENV if name in os.environ},
            start_new_session=True,
        )

    async def _report(self, reader: asyncio.StreamReader) -> tuple[int, bool]:
        while line := await reader.readline():
            said = json.loads(line)
            if "errno" in said:
                raise NotStartedError(said["errno"], os.strerror(said["errno"]), said["where"])
            if "pid" in said:
                self._pid = said["pid"]
            else:
                return said["code"], said["ended"] == "timeout"
        raise GuardLostError

    async def _see_off(self, guard: asyncio.subprocess.Process) -> None:
        if not await _ends_within(self._longest(timedelta(0)), guard):
            with contextlib.suppress(ProcessLookupError):
                guard.kill()
        if guard.returncode != 0 and self._pid is not None:
            # The guard was killed first. Linux has killed the command; this kills its group.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
        await _ends_within(_DRAIN_SECONDS, guard)

    def _longest(self, timeout: timedelta) -> float:
        return (timeout + self._order.grace).total_seconds() + _GUARD_SECONDS


@contextlib.contextmanager
def _kept_awake(guard: asyncio.subprocess.Process) -> Iterator[None]:
    """Wake a stopped guard, repeatedly while the block runs."""
    loop = asyncio.get_running_loop()

    timer: asyncio.TimerHandle

    def wake() -> None:
        nonlocal timer
        with contextlib.suppress(ProcessLookupError):
            guard.send_signal(signal.SIGCONT)
        timer = loop.call_later(_WAKE_EVERY, wake)

    timer = loop.call_later(_WAKE_EVERY, wake)
    try:
        yield
    finally:
        timer.cancel()


async def _ends_within(seconds: float, guard: asyncio.subprocess.Process) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await guard.wait()
    except TimeoutError:
        return False
    return True


def _spoken(order: Order) -> bytes:
    words = {
        "argv": list(order.argv),
        "env": dict(order.env),
        "cwd": order.cwd,
        "timeout": order.timeout.total_seconds(),
        "grace": order.grace.total_seconds(),
    }
    return json.dumps(words).encode() + b"\n"
