"""`max_runs` is exact, however slow Temporal is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from onthedot import naming
from onthedot.activities.schedule.calls import ScheduleCalls
from onthedot.activities.schedule.occurrence_starts import OccurrenceStarts
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.task import TaskStatus
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import every, http, new_task, unique
from tests.outcomes import in_status
from tests.run_log import nominals
from tests.service.tasks.editing import look, settled_runs
from tests.waiting import eventually, until
from tests.workers import EVERYTHING, on_its_own, polling

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("interrupted", [False, True])
async def test_what_is_due_before_the_schedule_exists_counts(
    temporal: Temporal, tasks: Tasks, monkeypatch: pytest.MonkeyPatch, interrupted: bool
) -> None:
    """These are started when the schedule has used up what it has."""
    task_id, start = unique("slow"), OccurrenceStarts.start
    to_interrupt = [interrupted]
    handle = temporal.client.get_schedule_handle(naming.schedule(task_id))

    async def used_up() -> bool:
        return not (await handle.describe()).info.next_action_times

    async def slow_start(starts: OccurrenceStarts, run: RunOrder, due: Iterable[datetime]) -> int:
        if run.task_id == task_id:
            if to_interrupt and to_interrupt.pop():
                raise RuntimeError("interrupted")
            await eventually(used_up)
        return await start(starts, run, due)

    _create_slowly(monkeypatch, task_id)
    monkeypatch.setattr(OccurrenceStarts, "start", slow_start)
    await tasks.create(new_task(task_id, every(1, max_runs=4)), by="test")
    await in_status(tasks, task_id, TaskStatus.COMPLETED)
    await settled_runs(temporal, task_id)
    assert len(await nominals(temporal.client, task_id)) == 4


async def test_a_task_is_not_finished_before_what_was_due_before_the_schedule_existed(
    temporal: Temporal, tasks: Tasks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = unique("slow")
    _create_slowly(monkeypatch, task_id)
    action = http(receiver.url("/hang"))
    new = new_task(task_id, every(1, max_runs=2), overlap="allow_all", action=action, timeout=60)
    await tasks.create(new, by="test")
    await eventually(lambda: receiver.running == 2)
    await look(temporal, task_id)
    await look(temporal, task_id)
    assert (await tasks.get(task_id)).status is TaskStatus.RUNNING
    receiver.release.set()
    await in_status(tasks, task_id, TaskStatus.COMPLETED)


async def test_a_removal_whose_response_is_lost_counts(
    temporal: Temporal, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies just then cannot be arranged."""
    task_id, remove, removals = unique("lost"), ScheduleCalls.remove, []

    async def interrupted(calls: ScheduleCalls, removed: str) -> None:
        await remove(calls, removed)
        if removed == task_id:
            removals.append(removed)
            if len(removals) == 1:
                raise RuntimeError("interrupted")

    async def ran() -> bool:
        return len(await nominals(temporal.client, task_id)) >= 2

    await tasks.create(new_task(task_id, every(1, max_runs=4)), by="test")
    await eventually(ran)
    monkeypatch.setattr(ScheduleCalls, "remove", interrupted)
    await tasks.delete(task_id, by="test")
    assert len(removals) >= 2
    await tasks.restore(task_id, by="test")
    await in_status(tasks, task_id, TaskStatus.COMPLETED)
    await settled_runs(temporal, task_id)
    assert len(await nominals(temporal.client, task_id)) == 4


async def test_what_waits_since_the_creation_of_a_schedule_that_is_gone_counts_once(
    temporal: Temporal, receiver: Receiver
) -> None:
    """A schedule is created with what was due until then already deducted."""
    alone, task_id = on_its_own(temporal), unique("waiting")
    tasks, action = Tasks(alone), http(receiver.url("/hang"))
    schedule = alone.client.get_schedule_handle(naming.schedule(task_id))
    trigger = every(1, max_runs=8)
    await tasks.create(
        new_task(task_id, trigger, overlap="buffer_all", action=action, timeout=60), by="test"
    )
    await until(alone.now() + timedelta(seconds=3))

    async def some_wait() -> bool:
        return (await schedule.describe()).raw_description.info.buffer_size >= 2

    async with polling(alone.client, alone.task_queue, EVERYTHING):
        await eventually(lambda: receiver.running == 1)
        await eventually(some_wait)
        await look(alone, task_id)
        await schedule.delete()
        receiver.release.set()
        handle = alone.client.get_workflow_handle(naming.task_workflow(task_id))
        await handle.signal(naming.CHECK_SCHEDULE)
        await in_status(tasks, task_id, TaskStatus.COMPLETED)
        await settled_runs(alone, task_id)
    assert len(await nominals(alone.client, task_id)) == 8


def _create_slowly(monkeypatch: pytest.MonkeyPatch, task_id: str) -> None:
    """Two occurrences become due meanwhile: no Temporal is slow at just this call."""
    create = ScheduleCalls.create

    async def slow_create(calls: ScheduleCalls, created: str, *schedule: Any, **more: Any) -> None:
        if created == task_id:
            await asyncio.sleep(2)
        await create(calls, created, *schedule, **more)

    monkeypatch.setattr(ScheduleCalls, "create", slow_create)
