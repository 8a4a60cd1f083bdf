"""Recurring tasks that have just been registered when something breaks.

Temporal makes a schedule at once, but counts from when it first takes it up; and a worker that
slept through its own attempt comes to it again. Both lost or doubled occurrences once.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.trials import five_times, only_full
from tests.faults.judging.verdict import judge
from tests.faults.judging.wave import Wave, odd_after, sleep_until
from tests.faults.stack import Stack

_FAULTS = {
    "Temporal is killed": "`kill -9` of Temporal amid registrations, down across due times",
    "the worker is frozen": "the worker frozen amid registrations, across due times",
}


@only_full
@five_times
@pytest.mark.parametrize("fault", _FAULTS)
def test_nothing_is_lost_or_doubled_when_it_breaks_in_the_middle(
    stack: Stack, receiving: Receiving, table: FaultTable, fault: str, turn: int
) -> None:
    wave, start = Wave(stack, receiving), odd_after(datetime.now(UTC) + timedelta(seconds=1))
    with ThreadPoolExecutor(8) as pool:
        for number in range(12):
            overlap = ("allow_all", "buffer_all")[number % 2]
            pool.submit(wave.recurring, start, start + timedelta(seconds=4), overlap)
        sleep_until(time.time() + 0.05 * turn)
        if fault == "Temporal is killed":
            stack.temporal.kill()
        else:
            stack.worker.freeze()
    sleep_until(start.timestamp() + 5)
    back = time.time()
    stack.start()
    table.note(_FAULTS[fault], judge(wave, back=back))
