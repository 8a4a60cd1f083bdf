"""Runs one command and leaves none of its processes behind.

The worker starts this separate program for each command; it uses only the standard library. Its one
argument is a socket: one line of JSON comes in (argv, env, cwd, timeout, grace), and lines of JSON
go out.

1. Start the command as the leader of a new session.
2. Wait until it exits, its time is up, or the worker ends it by sending a line or by exiting, which
   closes the socket.
3. Send SIGTERM to what is left, and SIGKILL after the grace time. On Linux this reaches every
   descendant, because orphans become children of this guard; elsewhere it reaches the command's
   process group.
4. Report how the command ended, and exit.

If this guard is killed, Linux kills the command, but not the command's children. If it is stopped
(SIGSTOP), the worker wakes it every second, and Linux wakes it when the worker dies.
"""

# Importing pathlib would lengthen the start of this program by half:
# ruff: noqa: PTH123, PTH208

import contextlib
import ctypes
import errno
import json
import os
import select
import signal
import sys
import time
from typing import Any, NoReturn

_SET_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36
_KILLING_SECONDS = 5.0
#: The grace time once the worker is gone: nobody waits for the command any more.
_ORPHANED_SECONDS = 1.0
_LOOK_EVERY = 0.02
_LINUX = sys.platform == "linux"


def main() -> None:
    """Run the command as the module describes."""
    # dup gives a low number, which select needs, and one that the command does not inherit.
    worker = os.dup(int(sys.argv[1]))
    os.close(int(sys.argv[1]))
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    order = _receive(worker)
    if _LINUX:
        _prctl(_SET_CHILD_SUBREAPER, 1)
        _prctl(_SET_DEATH_SIGNAL, signal.SIGCONT)
    leader = _start(order, worker)
    ended = _wait(leader, worker, wake, float(order["timeout"]))
    _end(leader, float(order["grace"]), worker)
    _report(worker, {"code": leader.code(), "ended": ended})


class _Leader:
    """The command's process, whose id is also that of its group."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    @property
    def is_reaped(self) -> bool:
        """Whether the system may have reused its id, and its group's."""
        return self._status is not None

    def has_exited(self) -> bool:
        if self._status is None and hasattr(os, "waitid"):
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is not None

    def has_left_anything(self) -> bool:
        """Whether it, or anything it started, still runs.

        This is exact on Linux: a process that loses its parent immediately becomes a child of the
        guard, so a guard without children has no descendants.
        """
        if not _LINUX:
            if not self.has_exited():
                return True
            with contextlib.suppress(OSError):
                os.killpg(self.pid, 0)
                return True
            return False
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == self.pid:
                    self._status = status
                if pid == 0:
                    return True
        return False

    def code(self) -> int:
        """Wait for it to exit; its exit code, or minus the signal that ended it."""
        if self._status is None:
            self._status = os.waitpid(self.pid, 0)[1]
        return os.waitstatus_to_exitcode(self._status)


def _start(order: dict[str, Any], worker: int) -> _Leader:
    why_read, why_write = os.pipe()
    guard = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(order, why_write, guard)
    os.close(why_write)
    # Only the command may hold its pipes: the worker sees the end of the output when they close.
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)
    why = os.read(why_read, 64)
    if why:
        os.waitpid(pid, 0)
        number, _, where = why.decode().partition(" ")
        _report(worker, {"errno": int(number), "where": where})
        sys.exit(0)
    _report(worker, {"pid": pid})
    return _Leader(pid)


def _become(order: dict[str, Any], why: int, guard: int) -> NoReturn:
    where = "cwd"
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (
            *(signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGINT),
            *(signal.SIGPIPE, signal.SIGXFSZ),
        ):
            signal.signal(number, signal.SIG_DFL)
        if _LINUX:
            _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
            if os.getppid() != guard:
                os._exit(1)
        if order["cwd"] is not None:
            os.chdir(order["cwd"])
        where = "argv"
        os.execvpe(order["argv"][0], order["argv"], order["env"])
    except OSError as error:
        os.write(why, f"{error.errno or 0} {where}".encode())
    finally:
        os._exit(127)


def _wait(leader: _Leader, worker: int, wake: int, seconds: float) -> str:
    """Why the wait is over: "" (it exited), "timeout" or "order"."""
    until = time.monotonic() + seconds
    while not leader.has_exited():
        left = until - time.monotonic()
        if left <= 0:
            return "timeout"
        ready, _, _ = select.select([worker, wake], [], [], min(left, 3600.0))
        if worker in ready:
            return "order"
        if wake in ready and set(os.read(wake, 512)) - {signal.SIGCHLD}:
            return "order"
    return ""


def _end(leader: _Leader, grace: float, worker: int) -> None:
    if not leader.has_left_anything():
        return
    _signal(leader, signal.SIGTERM)
    until = time.monotonic() + grace
    while leader.has_left_anything() and time.monotonic() < until:
        if _is_gone(worker):
            until = min(until, time.monotonic() + _ORPHANED_SECONDS)
        time.sleep(_LOOK_EVERY)
    until = time.monotonic() + _KILLING_SECONDS
    while leader.has_left_anything() and time.monotonic() < until:
        _signal(leader, signal.SIGKILL)
        time.sleep(_LOOK_EVERY)


def _is_gone(worker: int) -> bool:
    ready, _, _ = select.select([worker], [], [], 0)
    try:
        return bool(ready) and not os.read(worker, 64)
    except OSError:
        return True


def _signal(leader: _Leader, number: signal.Signals) -> None:
    by_group = not (_LINUX and leader.is_reaped)
    if by_group:
        with contextlib.suppress(OSError):
            os.killpg(leader.pid, number)
    for pid in _descendants() if _LINUX else ():
        with contextlib.suppress(OSError):
            if not by_group or os.getpgid(pid) != leader.pid:
                os.kill(pid, number)


def _descendants() -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{entry}/stat", "rb") as file:
                    state, parent = file.read().rpartition(b")")[2].split()[:2]
                # Negative: a zombie no longer runs, but what it started may.
                pid = -int(entry) if state in b"ZX" else int(entry)
                children.setdefault(int(parent), []).append(pid)
    found: list[int] = []
    parents = [os.getpid()]
    while parents:
        for pid in children.get(parents.pop(), ()):
            parents.append(abs(pid))
            if pid > 0:
                found.append(pid)
    return found


def _receive(worker: int) -> dict[str, Any]:
    data = b""
    while not data.endswith(b"\n"):
        chunk = os.read(worker, 65536)
        if not chunk:
            sys.exit(1)
        data += chunk
    order: dict[str, Any] = json.loads(data)
    return order


def _report(worker: int, what: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        os.write(worker, json.dumps(what).encode() + b"\n")


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno() or errno.EPERM, "prctl")


if __name__ == "__main__":
    main()
