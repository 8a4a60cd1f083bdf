"""`python -m benchmarks.many_tasks`: the cost of an audit, and of reading incidents.

1. Register hourly tasks with Temporal alone, and start as many runs as come due in a third of an
   hour. No worker carries them out, because only lists are read.
2. Measure the CPU of an audit's parts, Temporal's and ours, and calculate from them the cost for
   100,000 hourly tasks.
3. Let the runs of a night fail, and read its incidents.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from benchmarks.datasets import fleet
from benchmarks.instruments.ending import run
from benchmarks.instruments.in_flight import in_flight
from benchmarks.sides.stack import Stack
from onthedot import naming
from onthedot.scheduling.ledger.audit_report import AUDIT_EVERY
from onthedot.service.incidents.incidents import IncidentReader
from onthedot.service.ledger.audit_walk import walk
from onthedot.service.ledger.recurring import RecurringTasks
from onthedot.service.temporal.calls import Temporal

T = TypeVar("T")

_MANY = 100_000
_SPAN = timedelta(minutes=20)


class _Measured:
    """Prints and stores the cost of parts."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.cpu: dict[str, float] = {}

    async def __call__(self, what: str, work: Awaitable[T]) -> T:
        before, began = self._stack.cpu(), time.perf_counter()
        result = await work
        took, after = time.perf_counter() - began, self._stack.cpu()
        used = {name: after[name] - before[name] for name in ("temporal", "client")}
        self.cpu[what] = sum(used.values())
        print(
            f"{what:40} {took:6.2f} s, CPU: Temporal {used['temporal']:.2f} s, "
            f"ours {used['client']:.2f} s"
        )
        return result


async def main() -> None:
    """Prints a line for each part, and what follows from them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_tasks", description=__doc__)
    parser.add_argument("--tasks", type=int, default=3000)
    parser.add_argument("--failed", type=int, default=5000)
    asked = parser.parse_args()
    async with Stack() as stack:
        temporal, measured = await fleet.prepared(stack), _Measured(stack)
        await in_flight(
            lambda name: _registered(temporal, name), list(map(str, range(asked.tasks)))
        )
        await _audit(temporal, measured, asked.tasks)
        await _incidents(temporal, measured, asked.failed)


async def _audit(temporal: Temporal, measured: _Measured, tasks: int) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    since, until = hour, hour + _SPAN
    due = [number for number in range(tasks) if 0 < number % 60 <= _SPAN / timedelta(minutes=1)]

    async def started(name: str) -> None:
        at = hour + timedelta(minutes=int(name) % 60)
        await fleet.run(
            temporal.client, f"task-{name}", at, naming.scheduled_run(f"task-{name}", at)
        )

    await in_flight(started, list(map(str, due)))
    await asyncio.sleep(3)
    kept = RecurringTasks(temporal, patient=True)
    await measured("all tasks, once a process", kept.refresh())
    await measured("what changed since", kept.refresh())
    await measured("what is due in a span", kept.due(since, until))
    await measured("what is due in one where nothing is", kept.due(until, until))
    walked = await measured("the whole walk", walk(temporal, kept, since, until, patient=True))
    assert not walked.differing, walked.differing
    cpu = measured.cpu
    a_row = cpu["all tasks, once a process"] / tasks
    # All tasks have only just begun, so each refresh reads them again.
    a_run = (cpu["the whole walk"] - cpu["what changed since"]) / len(due)
    share = AUDIT_EVERY / timedelta(hours=1)
    again = 1000 * AUDIT_EVERY / timedelta(seconds=30)
    took = again * a_row + _MANY * share * a_run
    print(
        f"{_MANY:,} hourly tasks: {took:.1f} s of CPU each {AUDIT_EVERY}, Temporal's included: "
        f"{took / AUDIT_EVERY.total_seconds():.1%} of a core; {_MANY * a_row:.0f} s at the start"
    )


async def _incidents(temporal: Temporal, measured: _Measured, failed: int) -> None:
    length = timedelta(hours=10)
    began = datetime.now(UTC) - length
    await fleet.night(temporal, failed, length)
    reader = IncidentReader(temporal)
    for what in ("first", "once more"):
        read = reader.read(began - timedelta(minutes=1), fresh=False)
        found = await measured(f"incidents of {failed:,} failed runs, {what}", read)
        print(f"  {len(found.items)} groups of {sum(one.runs for one in found.items):,} runs")


async def _registered(temporal: Temporal, name: str) -> None:
    trigger = {"kind": "cron", "expression": f"{int(name) % 60} * * * *"}
    action = {"kind": "log", "message": "hello"}
    task = {"id": f"task-{name}", "name": f"Task number {name}", "tags": ["some", "tags"]}
    await fleet.registered(temporal, {**task, "trigger": trigger, "action": action})


if __name__ == "__main__":
    run(main())
