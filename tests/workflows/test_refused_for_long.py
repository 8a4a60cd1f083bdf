"""A lasting refusal does not fill a task's history: it continues in new executions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.errors import TaskNotFound
from onthedot.scheduling.outages import NotInForce
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import every, new_task, unique
from tests.waiting import eventually
from tests.workflows.private_temporal import PrivateTemporal
from tests.workflows.refusing import Gate, gated_worker

pytestmark = pytest.mark.anyio


@pytest.fixture
async def renewing(anyio_backend: object, tmp_path: Path) -> AsyncIterator[tuple[Temporal, Gate]]:
    """A server that has workflows go on in a new execution early, and a worker behind a gate."""

    server = PrivateTemporal(tmp_path, **{"limit.historyCount.suggestContinueAsNew": 30})
    temporal = await server.start()
    async with gated_worker(temporal.client, temporal.task_queue) as gate:
        yield temporal, gate
    server.end()


async def test_it_is_told_through_renewals_and_ends_in_a_deletion(
    renewing: tuple[Temporal, Gate],
) -> None:
    temporal, gate = renewing
    tasks, task_id = Tasks(temporal), unique("refused")
    handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))

    async def renewed(times: int) -> bool:
        # At that moment it goes on in a new execution, which the next question finds.
        with suppress(RPCError):
            await handle.signal(naming.CHECK_SCHEDULE)
        query = f"WorkflowId = '{naming.task_workflow(task_id)}'"
        return (await temporal.client.count_workflows(query)).count > times

    async def told() -> bool:
        return "PERMISSION_DENIED" in (await tasks.get(task_id)).problem

    gate.status = RPCStatusCode.PERMISSION_DENIED
    await tasks.create(new_task(task_id, every(3600)), by="test")
    await eventually(lambda: renewed(1))
    await eventually(told)
    gate.spared = {"create_schedule", "update_schedule"}
    await eventually(lambda: _settled(tasks, task_id))
    with pytest.raises(NotInForce, match="PERMISSION_DENIED"):
        await tasks.delete(task_id, by="test")
    query = f"WorkflowId = '{naming.task_workflow(task_id)}'"
    before = (await temporal.client.count_workflows(query)).count
    await eventually(lambda: renewed(before))
    assert await told()
    gate.status = None
    await handle.signal(naming.CHECK_SCHEDULE)
    await eventually(lambda: _gone(tasks, task_id))
    assert (await tasks.create(new_task(task_id, every(3600)), by="test")).revision == 1


async def _settled(tasks: Tasks, task_id: str) -> bool:
    return not (await tasks.get(task_id)).problem


async def _gone(tasks: Tasks, task_id: str) -> bool:
    try:
        await tasks.get(task_id)
    except TaskNotFound:
        return True
    return False
