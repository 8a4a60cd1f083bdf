"""The supervisor, over real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from onthedot.processes.orphans import ProcessRecord
from onthedot.processes.supervisor import Child, Supervisor
from tests.process_tree import descendants
from tests.waiting import PATIENCE, at_load

pytestmark = pytest.mark.anyio

FOREVER = "import time; print('ready', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + FOREVER


class Lines(list[tuple[str, str]]):
    """What the children printed."""

    def __init__(self) -> None:
        super().__init__()
        self._said = asyncio.Condition()

    def say(self, name: str, line: str) -> None:
        self.append((name, line))
        self._notifying = asyncio.ensure_future(self._notify())

    async def wait_for(self, name: str, text: str, count: int = 1) -> None:
        async with asyncio.timeout(PATIENCE), self._said:
            await self._said.wait_for(
                lambda: sum(who == name and text in line for who, line in self) >= count
            )

    async def _notify(self) -> None:
        async with self._said:
            self._said.notify_all()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def lines() -> Lines:
    return Lines()


@pytest.fixture
async def supervisor(tmp_path: Path, lines: Lines) -> Supervisor:
    return Supervisor(ProcessRecord(tmp_path / "processes.json"), lines.say)


def child(name: str, program: str, grace: float = 0.5, log: Path | None = None) -> Child:
    command = (sys.executable, "-c", program, name)
    return Child(name, command, dict(os.environ), timedelta(seconds=grace), log)


def processes_of(name: str) -> list[int]:
    return [pid for pid, args in descendants(os.getpid()).items() if args.endswith(f" {name}")]


async def test_a_child_that_dies_is_started_again(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(child("phoenix", FOREVER))
    await lines.wait_for("phoenix", "ready")
    for process in processes_of("phoenix"):
        os.kill(process, signal.SIGKILL)
    await lines.wait_for("phoenix", "ready", count=2)
    await supervisor.stop_all()
    assert processes_of("phoenix") == []


async def test_the_delay_grows_while_it_keeps_dying(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(child("weak", "import time; print(time.monotonic()); raise SystemExit(1)"))
    await lines.wait_for("weak", "starting it again", count=4)
    await supervisor.stop_all()
    starts = [float(line) for _, line in lines if line[0].isdigit()]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert all(gap > at_least for gap, at_least in zip(gaps, (0.2, 0.4, 0.8), strict=True))


async def test_a_child_that_cannot_run_is_given_up(supervisor: Supervisor) -> None:
    supervisor.start(child("hopeless", "raise SystemExit(2)"))
    async with asyncio.timeout(PATIENCE):
        assert await supervisor.gave_up == "hopeless"
    await supervisor.stop_all()


async def test_stop_is_graceful_first_and_bounded(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(child("stubborn", STUBBORN, grace=0.5))
    supervisor.start(child("kind", FOREVER, grace=5))
    await lines.wait_for("stubborn", "ready")
    await lines.wait_for("kind", "ready")
    began = time.monotonic()
    await supervisor.stop("stubborn", "kind")
    assert time.monotonic() - began < at_load(2)
    assert processes_of("stubborn") == processes_of("kind") == []


async def test_stop_during_the_delay_starts_nothing(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(child("weak", "raise SystemExit(1)"))
    await lines.wait_for("weak", "starting it again", count=3)
    await supervisor.stop_all()
    said = len(lines)
    # Another that fails alike is started again and again meanwhile.
    supervisor.start(child("other", "raise SystemExit(1)"))
    await lines.wait_for("other", "starting it again", count=4)
    await supervisor.stop_all()
    assert "weak" not in [who for who, _ in lines[said:]]


async def test_a_frozen_guard_does_not_hold_up_the_stop(
    supervisor: Supervisor, lines: Lines
) -> None:
    supervisor.start(child("frozen", FOREVER, grace=0.3))
    await lines.wait_for("frozen", "ready")
    for process in processes_of("frozen"):
        os.kill(process, signal.SIGSTOP)
    began = time.monotonic()
    await supervisor.stop_all()
    assert time.monotonic() - began < at_load(4)
    assert processes_of("frozen") == []


async def test_run_once_gives_the_exit_code_and_output(
    supervisor: Supervisor, lines: Lines
) -> None:
    assert await supervisor.run_once(child("once", "print('done'); raise SystemExit(4)")) == 4
    assert lines == [("once", "done")]


async def test_output_goes_to_a_log_where_one_is_named(
    supervisor: Supervisor, lines: Lines, tmp_path: Path
) -> None:
    log = tmp_path / "out.log"
    await supervisor.run_once(child("quiet", "print('into the log')", log=log))
    assert log.read_text() == "into the log\n"
    assert lines == []


async def test_a_line_of_any_length_does_not_stop_the_rest(
    supervisor: Supervisor, lines: Lines
) -> None:
    await supervisor.run_once(child("long", "print('x' * 3_000_000); print('after')"))
    assert lines[-1] == ("long", "after")
