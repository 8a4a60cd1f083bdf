"""A suspended worker goes on with an attempt that another worker has long since repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from onthedot import naming
from onthedot.activities.schedule.activity import ScheduleActivities
from onthedot.activities.schedule.calls import ScheduleCalls, owner_of
from onthedot.activities.schedule.form import order_of
from onthedot.scheduling.stored.schedule_order import ScheduleOrder
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import every, new_task, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def test_a_suspended_attempt_does_not_undo_a_later_pause(
    temporal: Temporal, tasks: Tasks
) -> None:
    resumed = await _first_order(temporal, tasks)
    task_id = resumed.run.task_id
    suspended_at = datetime.now(UTC)
    await tasks.pause(task_id, by="test")
    with pytest.raises(ApplicationError, match="later change"):
        await _apply(temporal, resumed, ordered_at=suspended_at)
    assert await _is_paused(temporal, task_id)
    await tasks.delete(task_id, by="test")


async def test_a_change_whose_acceptance_was_lost_is_undone(
    temporal: Temporal, tasks: Tasks
) -> None:
    resumed = await _first_order(temporal, tasks)
    task_id = resumed.run.task_id
    await tasks.pause(task_id, by="test")
    await _apply(temporal, resumed, ordered_at=datetime.now(UTC))
    assert not await _is_paused(temporal, task_id)
    await tasks.delete(task_id, by="test")


async def _first_order(temporal: Temporal, tasks: Tasks) -> ScheduleOrder:
    """What carried out the registration of a new task."""
    task_id = unique("overtaken")
    task = await tasks.create(new_task(task_id, every(3600)), by="test")
    found = await eventually(lambda: ScheduleCalls(temporal.client).find(task_id))
    run = await order_of(found, temporal.client)
    assert run is not None
    assert run.trigger is not None
    return ScheduleOrder(
        run=run,
        trigger=run.trigger,
        overlap=task.overlap,
        catchup_window=task.catchup_window,
        paused=False,
        note="",
        covered_until=task.created_at,
        owner=await owner_of(found),
    )


async def _apply(temporal: Temporal, order: ScheduleOrder, *, ordered_at: datetime) -> None:
    env = ActivityEnvironment()
    env.info = replace(
        env.info, scheduled_time=ordered_at, task_queue=temporal.task_queue, is_local=True
    )
    await env.run(ScheduleActivities(temporal.client).apply, order)


async def _is_paused(temporal: Temporal, task_id: str) -> bool:
    handle = temporal.client.get_schedule_handle(naming.schedule(task_id))
    return (await handle.describe()).schedule.state.paused
