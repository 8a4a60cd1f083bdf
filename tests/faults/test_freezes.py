"""Processes that are silent or slow: SIGSTOP, and SIGCONT later."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.trials import five_times, only_full
from tests.faults.judging.verdict import REFUSED_WITHIN_SECONDS, judge
from tests.faults.judging.wave import Wave, sleep_until
from tests.faults.stack import Stack
from tests.waiting import at_load


@five_times
def test_a_worker_is_frozen_and_thawed(
    stack: Stack, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    wave = Wave(stack, receiving)
    begin = wave.register()
    sleep_until(begin + 1.5)
    stack.worker.freeze()
    # Longer than Temporal waits for a worker that has taken something up.
    sleep_until(time.time() + 6)
    back = time.time()
    stack.worker.thaw()
    table.note("the worker frozen for 6 s", judge(wave, back=back))


@five_times
def test_temporal_is_frozen_and_every_call_says_so_in_time(
    stack: Stack, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    wave = Wave(stack, receiving)
    begin = wave.register()
    some = wave.registered()[-1]
    with wave.keep_registering():
        sleep_until(begin + 1)
        stack.temporal.freeze()
        answers = {name: _timed(call) for name, call in _calls(stack, some).items()}
        back = time.time()
        stack.temporal.thaw()
        wave.wait_for_registration()
    for name, (status, seconds) in answers.items():
        assert status == 503, f"{name}: {status} after {seconds:.2f} s"
        assert seconds <= at_load(REFUSED_WITHIN_SECONDS), f"{name}: after {seconds:.2f} s"
    verdict = judge(wave, back=back)
    assert verdict.refused
    table.note("Temporal frozen", verdict)


@only_full
@five_times
def test_temporal_is_slow(stack: Stack, receiving: Receiving, table: FaultTable, turn: int) -> None:
    wave = Wave(stack, receiving)
    begin = wave.register()
    with wave.keep_registering():
        sleep_until(begin + 1)
        for _ in range(8):
            stack.temporal.freeze()
            sleep_until(time.time() + 0.5)
            stack.temporal.thaw()
            sleep_until(time.time() + 0.1)
        back = time.time()
    table.note("Temporal slow: half a second of silence, again and again", judge(wave, back=back))


def _calls(stack: Stack, task: str) -> dict[str, Callable[[], httpx.Response]]:
    client = stack.client
    body = {"trigger": {"kind": "once", "delay": "PT1H"}, "action": {"kind": "log", "message": "x"}}
    return {
        "list": lambda: client.get("/tasks"),
        "read": lambda: client.get(f"/tasks/{task}"),
        "readiness": lambda: client.get("/readyz"),
        "replace": lambda: client.put(f"/tasks/{task}", json=body),
        "delete": lambda: client.delete(f"/tasks/{task}"),
    }


def _timed(call: Callable[[], httpx.Response]) -> tuple[int, float]:
    began = time.monotonic()
    return call().status_code, time.monotonic() - began
