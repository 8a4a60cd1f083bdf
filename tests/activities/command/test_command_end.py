"""Nothing of a command outlives it: not its timeout, its cancel, its exit, or its worker."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from onthedot.activities.command.activity import CommandActivities
from onthedot.activities.secrets.store import Secrets
from tests.activities.attempts import command_attempt, environment, fail, succeed
from tests.waiting import PATIENCE, at_load, eventually

pytestmark = pytest.mark.anyio

#: Long enough for a command to begin.
SHORT = timedelta(seconds=at_load(0.3))
COMMANDS = CommandActivities(Secrets(environ={}), allowed=True, grace=timedelta(milliseconds=300))

#: Writes its process ids into $1 and ignores SIGTERM, as do its child and a daemon it starts.
STUBBORN = """
trap '' TERM
echo $$ >> "$1"
(echo $(exec sh -c 'echo $PPID') >> "$1"; sleep 60; sleep 60) &
setsid sh -c 'trap "" TERM; echo $$ >> "$1"; sleep 60; sleep 60' sh "$1" &
sleep 60
sleep 60
"""


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def written(path: Path, count: int) -> Callable[[], bool]:
    return lambda: path.exists() and len(path.read_text().split()) >= count


def pids(path: Path) -> list[int]:
    return [int(word) for word in path.read_text().split()]


linux = pytest.mark.skipif(sys.platform != "linux", reason="processes that leave the group")


@linux
async def test_timeout_ends_children_that_ignore_sigterm(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    failure = await fail(
        COMMANDS.command, command_attempt("sh", "-c", STUBBORN, "sh", str(file), timeout=SHORT)
    )
    assert (failure.type, failure.final) == ("Timeout", False)
    assert failure.output["exit_code"] == -signal.SIGKILL
    assert len(pids(file)) == 3
    assert not any(runs(pid) for pid in pids(file))


@linux
async def test_cancel_ends_children_that_ignore_sigterm(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    env = environment()
    attempt = command_attempt("sh", "-c", STUBBORN, "sh", str(file))
    running = asyncio.ensure_future(env.run(COMMANDS.command, attempt))
    await eventually(written(file, 3))
    began = time.monotonic()
    env.cancel()
    with pytest.raises(ApplicationError, match="cancelled"):
        await running
    assert time.monotonic() - began < at_load(5)
    assert not any(runs(pid) for pid in pids(file))


async def test_it_may_stop_by_itself_first(tmp_path: Path) -> None:
    script = "trap 'echo cleaned up; exit 7' TERM; while :; do sleep 0.02; done"
    patient = CommandActivities(
        Secrets(environ={}), allowed=True, grace=timedelta(seconds=PATIENCE)
    )
    failure = await fail(patient.command, command_attempt("sh", "-c", script, timeout=SHORT))
    assert failure.type == "Timeout"
    assert failure.output["stdout"] == "cleaned up\n"
    assert failure.output["exit_code"] == 7


@linux
@pytest.mark.parametrize("start", ["sleep 60 &", "setsid sleep 60 &", "(sleep 60 & ) &"])
async def test_a_child_that_keeps_the_pipe_open_holds_up_nothing(start: str) -> None:
    began = time.monotonic()
    output = await succeed(COMMANDS.command, command_attempt("sh", "-c", f"{start} echo $!"))
    assert time.monotonic() - began < at_load(3)
    assert output["exit_code"] == 0
    assert not output["stdout"].strip() or not runs(int(output["stdout"]))


@linux
async def test_a_lost_guard_takes_the_command_with_it(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    script = 'echo $PPID >> "$1"; echo $$ >> "$1"; sleep 60 & echo $! >> "$1"; wait'
    attempt = command_attempt("sh", "-c", script, "sh", str(file))
    running = asyncio.ensure_future(fail(COMMANDS.command, attempt))
    await eventually(written(file, 3))
    guard, *rest = pids(file)
    os.kill(guard, signal.SIGKILL)
    failure = await running
    assert (failure.type, failure.final) == ("InternalError", False)
    await eventually(lambda: not any(runs(pid) for pid in rest))


#: Stops its guard, and goes on by itself and as a daemon.
STOPPING = """
kill -STOP $PPID
echo $PPID $$ >> "$1"
setsid sh -c 'echo $$ >> "$1"; sleep 60; sleep 60' sh "$1" &
sleep 60
sleep 60
"""


@linux
async def test_a_command_that_stops_its_guard_is_ended_in_time(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    began = time.monotonic()
    failure = await fail(
        COMMANDS.command, command_attempt("sh", "-c", STOPPING, "sh", str(file), timeout=SHORT)
    )
    assert time.monotonic() - began < at_load(5)
    assert (failure.type, failure.final) == ("Timeout", False)
    assert len(pids(file)) == 3
    assert not any(runs(pid) for pid in pids(file))


@linux
async def test_a_command_that_stops_its_guard_ends_with_the_worker(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    with process_that_runs(file, timeout="60", grace="0.3", script=STOPPING) as worker:
        await eventually(written(file, 3))
        worker.kill()
        await eventually(lambda: not any(runs(pid) for pid in pids(file)), seconds=30)


@linux
async def test_a_killed_worker_takes_its_commands_with_it(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    with process_that_runs(file, timeout="60", grace="30") as worker:
        await eventually(written(file, 3))
        assert all(runs(pid) for pid in pids(file))
        worker.kill()
        await eventually(lambda: not any(runs(pid) for pid in pids(file)), seconds=30)


@linux
async def test_a_frozen_worker_does_not_stop_the_clock(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    with process_that_runs(file, timeout=str(at_load(1)), grace="0.3") as worker:
        await eventually(written(file, 3))
        worker.send_signal(signal.SIGSTOP)
        await eventually(lambda: not any(runs(pid) for pid in pids(file)), seconds=30)


async def test_no_more_than_allowed_run_at_once(tmp_path: Path) -> None:
    commands = CommandActivities(Secrets(environ={}), allowed=True, max_running=2)
    script = f'echo + >> "$1"; sleep {at_load(0.1):.2f}; echo - >> "$1"'
    attempt = command_attempt("sh", "-c", script, "sh", str(tmp_path / "log"))
    await asyncio.gather(*(succeed(commands.command, attempt) for _ in range(6)))
    running = most = 0
    for sign in (tmp_path / "log").read_text().split():
        running += 1 if sign == "+" else -1
        most = max(most, running)
    assert most == 2


@contextmanager
def process_that_runs(
    file: Path, timeout: str, grace: str, script: str = STUBBORN
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own that runs a script as a worker would. Killed at the end."""
    code = """
        import asyncio, sys
        from datetime import timedelta
        from onthedot.activities.command.process import CommandProcess, Order
        script, file, *times = sys.argv[1:]
        order = Order(["sh", "-c", script, "sh", file], {"PATH": "/usr/bin:/bin"}, None, None,
                      *(timedelta(seconds=float(time)) for time in times))
        asyncio.run(CommandProcess(order, lambda *_: None).run())
    """
    argv = [sys.executable, "-c", textwrap.dedent(code), script, str(file), timeout, grace]
    with subprocess.Popen(argv, cwd=Path(__file__).parents[3]) as process:
        try:
            yield process
        finally:
            process.kill()
