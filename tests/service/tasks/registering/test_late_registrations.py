"""A registration that Temporal accepts only after a 503 is invisible, and soon ended."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError
from temporalio.worker import Worker

from onthedot import naming
from onthedot.scheduling.errors import TaskNotFound
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.task import TaskStatus
from onthedot.service.tasks.registering.late_registrations import LateRegistrations
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import every, new_task, once, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def _too_late(temporal: Temporal, trigger: dict[str, object]) -> str:
    """A task whose registration expired before it was sent."""
    task_id = unique("late")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Temporal, "expiry", lambda self, _: self.now() - timedelta(minutes=1))
        with pytest.raises(TemporalUnavailable):
            await Tasks(temporal).create(new_task(task_id, trigger), by="test")
    with pytest.raises(TaskNotFound):
        await Tasks(temporal).get(task_id)
    return task_id


@pytest.mark.parametrize("trigger", [once(3600), every(3600)])
async def test_its_id_is_free_at_once(
    temporal: Temporal, worker: Worker, trigger: dict[str, object]
) -> None:
    task_id = await _too_late(temporal, trigger)
    again = await Tasks(temporal).create(new_task(task_id, trigger), by="test")
    assert again.status is TaskStatus.SCHEDULED
    assert (await Tasks(temporal).get(task_id)).revision == 1


async def test_its_id_is_free_where_somebody_else_ended_it_just_now(
    temporal: Temporal, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await _too_late(temporal, once(3600))
    handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))

    # That somebody else is quicker by a moment cannot be arranged.
    async def ended_by_another(late: LateRegistrations, task_id: str) -> bool:
        with suppress(RPCError):
            await handle.terminate()
        return False

    monkeypatch.setattr(LateRegistrations, "end", ended_by_another)
    again = await Tasks(temporal).create(new_task(task_id, once(3600)), by="test")
    assert again.status is TaskStatus.SCHEDULED


async def test_it_does_not_lie_in_temporal_until_it_is_due(temporal: Temporal) -> None:
    task_id = await _too_late(temporal, once(3600))
    handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))

    async def ended() -> bool:
        return (await handle.describe()).status is WorkflowExecutionStatus.TERMINATED

    await eventually(ended)
    with pytest.raises(TaskNotFound):
        await Tasks(temporal).get(task_id)


async def test_one_that_came_in_time_is_left_alone(temporal: Temporal) -> None:
    tasks, task_id = Tasks(temporal), unique("in-time")
    await tasks.create(new_task(task_id, once(3600)), by="test")
    assert not await tasks._starts._late.end(task_id)
    assert (await tasks.get(task_id)).status is TaskStatus.SCHEDULED
