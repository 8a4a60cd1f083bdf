"""Two workers of which one dies, and workers that are told to stop."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.trials import five_times
from tests.faults.judging.verdict import judge
from tests.faults.judging.wave import Wave, sleep_until
from tests.faults.stack import Stack
from tests.waiting import at_load

#: What is promised of an occurrence while a worker is up.
_STARTS_WITHIN_SECONDS = 10.0


@five_times
def test_the_other_worker_goes_on_within_ten_seconds(
    stack: Stack, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    other = stack.workers[1]
    other.start()
    other.wait_until_up()
    wave = Wave(stack, receiving)
    begin = wave.register()
    sleep_until(begin + 1.5)
    back = time.time()
    stack.worker.kill()
    verdict = judge(wave, back=back)
    late = [
        one.at - one.due.timestamp()
        for one in receiving.arrivals()
        if one.task in wave.expected and one.attempt == 1
    ]
    assert max(late) < at_load(_STARTS_WITHIN_SECONDS)
    table.note("`kill -9` of one of two workers", verdict)


@five_times
def test_a_worker_that_is_told_to_stop_drains(
    stack: Stack, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    stack.worker.kill()
    stack.worker.start()
    stack.worker.wait_until_up()
    wave, due = Wave(stack, receiving), datetime.now(UTC) + timedelta(seconds=1.5)
    calls = [wave.once(due, "/slow?seconds=3") for _ in range(5)]
    command = f"{wave.name}-command"
    body = {
        "id": command,
        "trigger": {"kind": "once", "at": due.isoformat()},
        "action": {"kind": "command", "argv": [sys.executable, "-c", "import time; time.sleep(3)"]},
    }
    assert stack.client.post("/tasks", json=body).status_code == 201
    later = wave.once(due + timedelta(seconds=2))
    sleep_until(due.timestamp() + 1)
    assert {one.task for one in receiving.arrivals()} >= set(calls)
    stack.worker.ask_to_stop()
    assert stack.worker.wait(12) == 0
    assert not receiving.arrivals(later)
    back = time.time()
    stack.worker.start()
    verdict = judge(wave, back=back)
    assert verdict.repeated == 0
    for task in (*calls, command):
        (run,) = stack.client.get(f"/tasks/{task}/runs").json()["items"]
        assert run["status"] == "succeeded", run
        assert run["attempts"] == 1
    table.note("SIGTERM to the worker while attempts run", verdict)
