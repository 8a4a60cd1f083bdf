"""Starting a command under its guard, feeding it and reading what it writes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from activities.stored_text import READ_AT_MOST

_GUARD = Path(__file__).with_name("command_guard.py")
#: What the guard's own Python may need; the command itself gets none of it.
_GUARD_ENV = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
#: Past timeout and grace time, for the guard to kill and report.
_GUARD_SECONDS = 7.0
#: For the last output, once everything that could write has been ended.
_DRAIN_SECONDS = 1.0
_CHUNK = 64 * 1024
#: The end of a stream is kept apart, for the message.
_TAIL = 40 * 1024


@dataclass(frozen=True)
class Order:
    """What to run. `grace` is the time between SIGTERM and SIGKILL."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str | None
    stdin: str | None
    timeout: timedelta
    grace: timedelta


class Stream:
    """What came out of one pipe: its head, its end, and how much."""

    def __init__(self) -> None:
        self.head = bytearray()
        self.tail = b""
        self.size = 0

    async def read(self, reader: asyncio.StreamReader) -> None:
        """Reads to the end, keeping little: a command must never wait for its pipe."""
        while chunk := await reader.read(_CHUNK):
            self.head += chunk[: max(0, READ_AT_MOST - len(self.head))]
            self.tail = (self.tail + chunk)[-_TAIL:]
            self.size += len(chunk)


class NotStartedError(OSError):
    """The system did not start the command: errno, and `filename` says which part it refused."""


class GuardLostError(Exception):
    """The guard ended without a report."""


class CommandProcess:
    """One command, from its start to the end of everything it started."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._pid: int | None = None
        self.stdout = Stream()
        self.stderr = Stream()

    async def run(self) -> tuple[int, bool]:
        """The exit code (minus the signal, if one ended it), and whether its time was up.

        When this returns, and also soon after it is cancelled, nothing of the command runs.

        Raises:
            NotStartedError: there was nothing to run.
            GuardLostError: the guard was killed; the command was then killed too.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                guard = await self._start_guard(theirs.fileno())
            except BaseException:
                ours.close()
                raise
        reader, control = await asyncio.open_connection(sock=ours)
        pipes = asyncio.gather(*self._pipes(guard))
        try:
            control.write(_spoken(self._order))
            async with asyncio.timeout(self._longest(self._order.timeout)):
                report = await self._report(reader)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(pipes), _DRAIN_SECONDS)
            return report
        except TimeoutError:
            raise GuardLostError from None
        finally:
            # The guard takes this as the order to end whatever still runs.
            control.close()
            await self._see_off(guard)
            pipes.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pipes

    async def _start_guard(self, fd: int) -> asyncio.subprocess.Process:
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-B", str(_GUARD), str(fd)),
            stdin=nothing if self._order.stdin is None else pipe,
            stdout=pipe,
            stderr=pipe,
            pass_fds=(fd,),
            env={name: os.environ[name] for name in _GUARD_ENV if name in os.environ},
            start_new_session=True,
        )

    def _pipes(self, guard: asyncio.subprocess.Process) -> list[Any]:
        assert guard.stdout is not None
        assert guard.stderr is not None
        work: list[Any] = [self.stdout.read(guard.stdout), self.stderr.read(guard.stderr)]
        if guard.stdin is not None:
            work.append(_feed(guard.stdin, self._order.stdin or ""))
        return work

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
            # Its guard did not live to end it. Linux has killed the command; this gets its group.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
        await _ends_within(_DRAIN_SECONDS, guard)

    def _longest(self, timeout: timedelta) -> float:
        return (timeout + self._order.grace).total_seconds() + _GUARD_SECONDS


async def _ends_within(seconds: float, guard: asyncio.subprocess.Process) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await guard.wait()
    except TimeoutError:
        return False
    return True


async def _feed(stdin: asyncio.StreamWriter, text: str) -> None:
    # A command may end without reading what it was given.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(text.encode())
        await stdin.drain()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.close()
        await stdin.wait_closed()


def _spoken(order: Order) -> bytes:
    words = {
        "argv": list(order.argv),
        "env": dict(order.env),
        "cwd": order.cwd,
        "timeout": order.timeout.total_seconds(),
        "grace": order.grace.total_seconds(),
    }
    return json.dumps(words).encode() + b"\n"
