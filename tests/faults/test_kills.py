"""`kill -9` while 50 one-time tasks and some recurring ones wait, fire and run."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.trials import five_times, only_full
from tests.faults.judging.verdict import judge
from tests.faults.judging.wave import Wave, sleep_until
from tests.faults.stack import Stack
from tests.faults.stubborn import Stubborn


@five_times
def test_the_worker_is_killed_while_tasks_wait_fire_and_run(
    stack: Stack, receiving: Receiving, table: FaultTable, tmp_path: Path, turn: int
) -> None:
    wave = Wave(stack, receiving, slow=True)
    begin, stubborn = wave.register(), Stubborn(stack, wave, tmp_path)
    with wave.keep_registering():
        sleep_until(begin + 1.5)
        stubborn.wait_until_forked()
        stack.worker.kill()
        stubborn.wait_until_gone()
        back = time.time()
        stack.worker.start()
        sleep_until(begin + 3.5)
    table.note("`kill -9` of the worker", judge(wave, back=back))
    command = "`kill -9` of the worker of a command that forks and ignores SIGTERM"
    table.note(command, stubborn.judge(back=back))


@five_times
@pytest.mark.parametrize("victim", ["server", "temporal"])
def test_one_part_is_killed_while_tasks_wait_fire_and_run(
    stack: Stack, receiving: Receiving, table: FaultTable, victim: str, turn: int
) -> None:
    part = {"server": stack.server, "temporal": stack.temporal}[victim]
    wave = Wave(stack, receiving)
    begin = wave.register()
    with wave.keep_registering():
        sleep_until(begin + 1.5)
        part.kill()
        sleep_until(time.time() + 1)
        back = time.time()
        part.start()
        stack.wait_until_ready()
        sleep_until(begin + 3.5)
    name = "Temporal" if victim == "temporal" else f"the {victim}"
    table.note(f"`kill -9` of {name}", judge(wave, back=back))


@five_times
@pytest.mark.parametrize(
    ("when", "after"), [pytest.param("wait", -0.5, marks=only_full), ("fire and run", 1.5)]
)
def test_everything_is_killed_and_down_across_due_times(
    stack: Stack, receiving: Receiving, table: FaultTable, when: str, after: float, turn: int
) -> None:
    wave = Wave(stack, receiving)
    begin = wave.register()
    sleep_until(begin + after)
    for part in (stack.worker, stack.server, stack.temporal):
        part.kill()
    sleep_until(begin + 4)
    back = time.time()
    stack.start()
    verdict = judge(wave, back=back)
    table.note(f"`kill -9` of everything while tasks {when}, down across due times", verdict)
