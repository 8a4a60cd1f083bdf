"""A cancel ends a run within seconds, whatever it is doing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from onthedot.scheduling.errors import WrongState
from onthedot.scheduling.run import Run, RunStatus
from onthedot.scheduling.task import TaskStatus
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import command, every, http, new_task, once, unique
from tests.outcomes import ended, in_status
from tests.service.foreign_code import foreign_worker
from tests.waiting import at_load, eventually

pytestmark = pytest.mark.anyio

#: In seconds. A first attempt holds its workflow task, which listens every four seconds.
_SOON = 10
#: In seconds, how long each run that is cancelled here goes on by itself.
_BY_ITSELF = 50


async def test_a_first_call_that_hangs(tasks: Tasks, runs: Runs, receiver: Receiver) -> None:
    async def hangs(_: Run) -> bool:
        return receiver.running == 1

    run = await _cancelled(tasks, runs, http(receiver.url("/hang")), hangs)
    assert receiver.abandoned.is_set()
    assert run.attempts <= 1
    assert len(receiver.requests) == 1


async def test_a_later_call_that_hangs(tasks: Tasks, runs: Runs, receiver: Receiver) -> None:
    retry = {"max_attempts": 3, "initial_interval": 0.02}

    async def hangs_again(_: Run) -> bool:
        return len(receiver.requests) == 2

    action = http(receiver.url("/hang"))
    await _cancelled(tasks, runs, action, hangs_again, timeout=1, retry=retry)
    await eventually(lambda: receiver.running == 0)


async def test_asleep_between_attempts(tasks: Tasks, runs: Runs, receiver: Receiver) -> None:
    receiver.plan = [web.Response(status=500)]
    retry = {"max_attempts": 3, "initial_interval": 60}

    async def asleep(run: Run) -> bool:
        return run.attempts == 1

    action = http(receiver.url("/planned"))
    run = await _cancelled(tasks, runs, action, asleep, retry=retry)
    assert run.attempts == 1


async def test_a_command(tasks: Tasks, runs: Runs) -> None:
    async def works(run: Run) -> bool:
        return run.attempts == 1

    await _cancelled(tasks, runs, command("sleep", "60"), works)


async def test_somebody_elses(tasks: Tasks, runs: Runs, temporal: Temporal) -> None:
    async with foreign_worker(temporal.client) as queue:

        async def works(run: Run) -> bool:
            return run.attempts == 1

        action = {"kind": "activity", "name": "sleep_long", "task_queue": queue}
        await _cancelled(tasks, runs, action, works)

        async def has_child(run: Run) -> bool:
            query = f"WorkflowType = 'Sleeper' AND TaskQueue = '{queue}'"
            return (await temporal.client.count_workflows(query)).count == 1

        child = {"kind": "workflow", "workflow_type": "Sleeper", "arguments": [60]}
        await _cancelled(tasks, runs, child | {"task_queue": queue}, has_child)

        async def is_cancelled() -> bool:
            query = f"TaskQueue = '{queue}' AND ExecutionStatus = 'Canceled'"
            return (await temporal.client.count_workflows(query)).count == 1

        await eventually(is_cancelled)


async def test_what_nobody_takes_up(tasks: Tasks, runs: Runs) -> None:
    async def waits(run: Run) -> bool:
        return bool(run.waiting_for)

    action = {"kind": "activity", "name": "any", "task_queue": "nobody"}
    run = await _cancelled(tasks, runs, action, waits)
    assert run.attempts <= 1


async def test_a_run_of_a_recurring_task(tasks: Tasks, runs: Runs, receiver: Receiver) -> None:
    task_id = unique("recurring")
    new = new_task(task_id, every(3600), action=http(receiver.url("/hang")))
    await tasks.create(new, by="test")
    asked = await tasks.run_now(task_id)
    await receiver.arrived.wait()
    await runs.cancel(asked.id)
    assert (await ended(runs, asked.id)).status is RunStatus.CANCELLED
    await in_status(tasks, task_id, TaskStatus.SCHEDULED)
    with pytest.raises(WrongState):
        await runs.cancel(asked.id)


async def test_a_terminated_run_says_so(
    temporal: Temporal, tasks: Tasks, runs: Runs, receiver: Receiver
) -> None:
    task_id = unique("terminated")
    new = new_task(task_id, every(3600), action=http(receiver.url("/hang")))
    await tasks.create(new, by="test")
    asked = await tasks.run_now(task_id)
    await receiver.arrived.wait()
    workflow_id = f"run:{asked.id.rpartition('~')[0]}"
    await temporal.client.get_workflow_handle(workflow_id).terminate(reason="by hand")
    run = await runs.get(asked.id)
    assert run.status is RunStatus.TERMINATED
    assert run.error is not None
    assert run.error.message == "by hand"


async def _cancelled(
    tasks: Tasks,
    runs: Runs,
    action: dict[str, Any],
    ready: Callable[[Run], Awaitable[bool]],
    **more: Any,
) -> Run:
    """Cancel a one-time task's run once it is where it should be; what it is then."""
    task_id = unique("cancel")
    new = new_task(task_id, once(0), action=action, **{"timeout": _BY_ITSELF, **more})
    await tasks.create(new, by="test")

    async def there() -> str | None:
        last = (await tasks.get(task_id)).last_run
        return last.id if last and await ready(await runs.get(last.id)) else None

    run_id = await eventually(there)
    assert run_id is not None
    began = datetime.now(UTC)
    await runs.cancel(run_id)
    run = await ended(runs, run_id)
    assert datetime.now(UTC) - began < timedelta(seconds=min(at_load(_SOON), _BY_ITSELF - 5))
    assert run.status is RunStatus.CANCELLED
    assert run.error is not None
    assert (await tasks.get(task_id)).status is TaskStatus.CANCELLED
    return run
