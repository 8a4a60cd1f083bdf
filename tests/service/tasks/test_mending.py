"""Damage by others to a task's schedule or workflow is repaired or reported."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.client import (
    ScheduleHandle,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.errors import TaskNotFound
from onthedot.scheduling.task import TaskStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import definition, every, http, new_task, once, unique
from tests.outcomes import in_status
from tests.run_log import instants, lists_caught_up, nominals
from tests.service.tasks.editing import look
from tests.waiting import eventually, until

pytestmark = pytest.mark.anyio


async def test_a_look_that_finds_all_well_writes_nothing(temporal: Temporal, tasks: Tasks) -> None:
    task_id = await _registered(tasks, every(3600, exclude=["2030-12-25", "0 12 * * *"]))
    before = (await _schedule(temporal, task_id).describe()).info.last_updated_at
    await look(temporal, task_id)
    await look(temporal, task_id)
    assert (await _schedule(temporal, task_id).describe()).info.last_updated_at == before
    assert (await tasks.get(task_id)).revision == 1


async def test_a_foreign_edit_is_undone(temporal: Temporal, tasks: Tasks) -> None:
    def other_interval(found: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule = found.description.schedule
        schedule.spec.intervals = [ScheduleIntervalSpec(timedelta(seconds=77))]
        return ScheduleUpdate(schedule)

    def other_policy(found: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule = found.description.schedule
        schedule.policy.overlap = ScheduleOverlapPolicy.ALLOW_ALL
        return ScheduleUpdate(schedule)

    def other_limit(found: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule = found.description.schedule
        schedule.state.limited_actions = True
        schedule.state.remaining_actions = 3
        return ScheduleUpdate(schedule)

    for change in (other_interval, other_policy, other_limit):
        task_id = await _registered(tasks, every(3600))
        handle = _schedule(temporal, task_id)
        original = await handle.describe()
        await handle.update(change)
        assert (await handle.describe()).raw_description.schedule != (
            original.raw_description.schedule
        )
        await look(temporal, task_id)
        mended = await handle.describe()
        assert mended.raw_description.schedule == original.raw_description.schedule
        assert (await tasks.get(task_id)).revision == 1


async def test_a_foreign_pause_is_undone(temporal: Temporal, tasks: Tasks) -> None:
    task_id = await _registered(tasks, every(3600))
    await _schedule(temporal, task_id).pause(note="by hand")
    await look(temporal, task_id)
    assert not (await _schedule(temporal, task_id).describe()).schedule.state.paused


async def test_a_schedule_that_is_gone_is_made_again(temporal: Temporal, tasks: Tasks) -> None:
    task_id = await _registered(tasks, every(1, max_runs=8), overlap="buffer_all")

    async def some() -> bool:
        return len(await nominals(temporal.client, task_id)) >= 2

    await eventually(some)
    await _schedule(temporal, task_id).delete()
    await until(temporal.now() + timedelta(seconds=2))
    await temporal.client.get_workflow_handle(naming.task_workflow(task_id)).signal(
        naming.CHECK_SCHEDULE
    )
    await in_status(tasks, task_id, TaskStatus.COMPLETED)
    ran = await nominals(temporal.client, task_id)
    assert (len(ran), set(ran.values())) == (8, {1}), sorted(ran)
    assert set(ran) == instants(min(ran), max(ran), timedelta(seconds=1)), sorted(ran)


@pytest.mark.parametrize("started_meanwhile", [True, False])
async def test_what_waited_in_a_schedule_that_is_gone_runs_once_and_is_counted(
    temporal: Temporal, tasks: Tasks, receiver: Receiver, started_meanwhile: bool
) -> None:
    """When last checked, it was neither started nor counted: it waited for an earlier run."""
    task_id, action = unique("mended"), http(receiver.url("/hang"))
    new = new_task(task_id, every(1, max_runs=8), overlap="buffer_all", action=action, timeout=60)
    await tasks.create(new, by="test")
    await eventually(lambda: receiver.running == 1)
    schedule = _schedule(temporal, task_id)

    async def some_wait() -> bool:
        return (await schedule.describe()).raw_description.info.buffer_size >= 2

    async def none_waits() -> bool:
        found = await schedule.describe()
        return found.info.num_actions >= 3 and not found.raw_description.info.buffer_size

    await eventually(some_wait)
    await look(temporal, task_id)
    if started_meanwhile:
        receiver.release.set()
        await eventually(none_waits)
    await schedule.delete()
    receiver.release.set()
    await temporal.client.get_workflow_handle(naming.task_workflow(task_id)).signal(
        naming.CHECK_SCHEDULE
    )
    await in_status(tasks, task_id, TaskStatus.COMPLETED)
    await lists_caught_up(temporal.client)
    ran = await nominals(temporal.client, task_id)
    assert (len(ran), set(ran.values())) == (8, {1}), sorted(ran)
    assert set(ran) == instants(min(ran), max(ran), timedelta(seconds=1)), sorted(ran)


async def test_a_schedule_that_is_gone_does_not_hinder_a_change(
    temporal: Temporal, tasks: Tasks
) -> None:
    for trigger in (every(60), once(3600)):
        task_id = await _registered(tasks, every(3600))
        await _schedule(temporal, task_id).delete()
        answer = await tasks.replace(task_id, definition(trigger), by="test")
        assert answer.revision == 2
        await tasks.delete(task_id, by="test")


async def test_a_cancelled_workflow_takes_its_schedule_along(
    temporal: Temporal, tasks: Tasks, run_list: RunList
) -> None:
    for trigger in (every(3600), once(3600)):
        task_id = await _registered(tasks, trigger)
        await temporal.client.get_workflow_handle(naming.task_workflow(task_id)).cancel()
        await in_status(tasks, task_id, TaskStatus.CANCELLED)
        assert await _is_gone(temporal, task_id)
        assert await run_list.count(RunFilter(task_id=task_id)) == 0
        assert (await tasks.replace(task_id, definition(trigger), by="test")).revision == 2
        await in_status(tasks, task_id, TaskStatus.SCHEDULED)


async def test_a_terminated_workflow_leaves_nothing_that_a_delete_forgets(
    temporal: Temporal, tasks: Tasks
) -> None:
    task_id = await _registered(tasks, every(3600))
    await temporal.client.get_workflow_handle(naming.task_workflow(task_id)).terminate()
    await in_status(tasks, task_id, TaskStatus.CANCELLED)
    await tasks.delete(task_id, by="test")
    with pytest.raises(TaskNotFound):
        await tasks.get(task_id)
    assert await _is_gone(temporal, task_id)


async def test_what_a_terminated_workflow_left_does_not_outlive_a_put(
    temporal: Temporal, tasks: Tasks
) -> None:
    for trigger in (every(60), once(3600)):
        task_id = await _registered(tasks, every(3600))
        await temporal.client.get_workflow_handle(naming.task_workflow(task_id)).terminate()
        await tasks.replace(task_id, definition(trigger), by="test")

        async def as_told(task_id: str = task_id, kind: str = trigger["kind"]) -> bool:
            try:
                found = await _schedule(temporal, task_id).describe()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                return kind == "once"
            return found.schedule.spec.intervals[0].every == timedelta(seconds=60)

        await eventually(as_told)


async def _registered(tasks: Tasks, trigger: dict[str, object], **more: object) -> str:
    task_id = unique("mended")
    await tasks.create(new_task(task_id, trigger, **more), by="test")
    if trigger["kind"] != "once":
        await look(tasks._temporal, task_id)
    return task_id


async def _is_gone(temporal: Temporal, task_id: str) -> bool:
    try:
        await _schedule(temporal, task_id).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return True
    return False


def _schedule(temporal: Temporal, task_id: str) -> ScheduleHandle:
    return temporal.client.get_schedule_handle(naming.schedule(task_id))
