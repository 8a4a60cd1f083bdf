"""Receivers that misbehave at the first attempt, through the whole system.

What the activity makes of each is in tests/activities/http/test_http_faults.py.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.trials import five_times
from tests.faults.judging.verdict import judge
from tests.faults.judging.wave import Wave
from tests.faults.part import up
from tests.faults.stack import Stack
from tests.waiting import wait_until

_FAULTS = ("hang", "error", "drop", "half")
#: These are left at the most that is kept of an answer, and count as answered.
_ANSWERED = ("/stream?mb=100", "/stream", "/ok")


@five_times
def test_each_misbehaviour_is_one_run_and_repeats_its_key(
    stack: Stack, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    wave, due = Wave(stack, receiving), datetime.now(UTC) + timedelta(seconds=1)
    broken = [wave.once(due, f"/first?fault={fault}", timeout="PT2S") for fault in _FAULTS]
    for path in _ANSWERED:
        wave.once(due, path, timeout="PT10S")
    verdict = judge(wave, back=due.timestamp())
    for task in wave.expected:
        attempts = [one.attempt for one in receiving.arrivals(task)]
        assert attempts == ([1, 2] if task in broken else [1])
    table.note(
        "a receiver that hangs, answers 500, drops, breaks off, sends 100 MB, never ends", verdict
    )


@five_times
def test_a_receiver_that_refuses_is_tried_until_it_is_there(
    stack: Stack, table: FaultTable, tmp_path: Path, turn: int
) -> None:
    refusing = Receiving(tmp_path)
    wave, due = Wave(stack, refusing), datetime.now(UTC) + timedelta(seconds=1)
    tasks = [wave.once(due, "/ok") for _ in range(10)]
    for task in tasks:
        wait_until(partial(_tried, stack, task), f"{task} was tried")
    assert not refusing.arrivals()
    back = time.time()
    with up(refusing.part):
        verdict = judge(wave, back=back)
        assert all(one.attempt > 1 for task in tasks for one in refusing.arrivals(task))
    table.note("a receiver that refuses", verdict)


def _tried(stack: Stack, task: str) -> bool:
    """Whether an attempt of its run has failed."""
    runs = stack.get(f"/tasks/{task}/runs").json()["items"]
    return bool(runs) and bool(stack.get(f"/runs/{runs[0]['id']}").json()["attempts"])
