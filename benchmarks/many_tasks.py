"""`python -m benchmarks.many_tasks`: what an audit costs, and what it costs to read incidents.

1. Register hourly tasks with Temporal alone, and start as many runs as come due in a third of an
   hour; nobody carries them out, as only lists are read.
2. Measure the CPU of an audit's parts, Temporal's and ours, and work out from them what 100,000
   hourly tasks would take.
3. Let runs fail for a night, and read the incidents of it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from benchmarks.in_flight import in_flight
from benchmarks.seeding import prepared, seed
from benchmarks.sides.stack import Stack
from benchmarks.sides.temporal_client import connected
from onthedot import naming
from onthedot.scheduling.ledger.audit import AUDIT_EVERY
from onthedot.scheduling.run import RunError
from onthedot.scheduling.stored.run_order import RunMemo
from onthedot.service.incidents.incidents import IncidentReader
from onthedot.service.ledger.audit_walk import walk
from onthedot.service.ledger.recurring import RecurringTasks
from onthedot.service.temporal.calls import Temporal

T = TypeVar("T")

_MANY = 100_000
_SPAN = timedelta(minutes=20)
_FAILING_TASKS = 300
_TRIES = 100


@workflow.defn(name=naming.TASK_RUN, sandboxed=False)
class _Fails:
    @workflow.run
    async def run(self, number: int) -> None:
        raise ApplicationError(f"run {number}", type="ConnectionFailed", non_retryable=True)


class _Measured:
    """Prints what parts cost, and keeps it."""

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
        temporal, measured = await prepared(stack), _Measured(stack)
        plain = await connected(stack)
        await seed(temporal, asked.tasks, _task)
        await _audit(temporal, measured, asked.tasks)
        await _incidents(temporal, plain, measured, asked.failed)


async def _audit(temporal: Temporal, measured: _Measured, tasks: int) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    since, until = hour, hour + _SPAN
    due = [number for number in range(tasks) if 0 < number % 60 <= _SPAN / timedelta(minutes=1)]

    async def started(name: str) -> None:
        at = hour + timedelta(minutes=int(name) % 60)
        await _run(temporal.client, f"task-{name}", at, naming.scheduled_run(f"task-{name}", at))

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


async def _incidents(temporal: Temporal, plain: Client, measured: _Measured, failed: int) -> None:
    now, night = datetime.now(UTC), timedelta(hours=10)

    async def fails(name: str) -> None:
        at = now - night * (int(name) / failed)
        task_id = f"task-{int(name) % _FAILING_TASKS}"
        await _run(temporal.client, task_id, at, naming.direct_run(task_id, name), queue="failing")

    async def all_failed() -> None:
        query = f"WorkflowType = '{naming.TASK_RUN}' AND ExecutionStatus = 'Failed'"
        while True:
            if (await temporal.client.count_workflows(query)).count >= failed:
                return
            await asyncio.sleep(0.5)

    worker = Worker(
        plain,
        task_queue="failing",
        workflows=[_Fails],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with worker:
        await in_flight(fails, list(map(str, range(failed))))
        await all_failed()
    reader = IncidentReader(temporal)
    for what in ("first", "once more"):
        read = reader.read(now - night - timedelta(minutes=1), fresh=False)
        found = await measured(f"incidents of {failed:,} failed runs, {what}", read)
        print(f"  {len(found.items)} groups of {sum(one.runs for one in found.items):,} runs")


def _task(number: int) -> dict[str, Any]:
    trigger = {"kind": "cron", "expression": f"{number % 60} * * * *"}
    action = {"kind": "log", "message": "hello"}
    task = {"id": f"task-{number}", "name": f"Task number {number}", "tags": ["some", "tags"]}
    return {**task, "trigger": trigger, "action": action}


async def _run(
    client: Client, task_id: str, at: datetime, workflow_id: str, queue: str = "nobody"
) -> None:
    message = f"POST http://billing:8000/{task_id}: no connection (Connection refused)."
    memo = RunMemo(
        scheduled_for=at,
        started_at=at,
        lateness=timedelta(0),
        attempts=3,
        error=RunError(type="ConnectionFailed", message=message),
        name=f"The name of {task_id}",
    )
    attributes = TypedSearchAttributes(
        [
            SearchAttributePair(naming.CAUSE, "trigger"),
            SearchAttributePair(naming.TASK_ID, task_id),
            SearchAttributePair(naming.DUE, at),
        ]
    )
    for _ in range(_TRIES):
        with suppress(RPCError):
            await client.start_workflow(
                naming.TASK_RUN,
                0,
                id=workflow_id,
                task_queue=queue,
                search_attributes=attributes,
                memo={naming.RUN_MEMO: memo},
            )
            return


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    # The SDK can crash when an interpreter ends.
    os._exit(0)
