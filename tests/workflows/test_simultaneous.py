"""A change that reaches a task together with its timer counts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client
from temporalio.worker import _workflow, _workflow_instance

from onthedot import naming
from onthedot.scheduling.stored.task_change import Change, ChangeKind
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import every, new_task, unique
from tests.waiting import at_load, until
from tests.workers import on_its_own, polling

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("together", [False, True])
async def test_a_longer_pause_that_comes_with_the_end_of_the_earlier_one(
    client: Client, temporal: Temporal, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    """`together`: in the order that the SDK announces for a later release."""
    if together:
        # There is no such release yet; its order is in this one behind flags.
        flags = frozenset(_workflow_instance._WorkflowLogicFlag)
        monkeypatch.setattr(_workflow, "_DEFAULT_ENABLED_WORKFLOW_LOGIC_FLAGS", flags)
    alone, task_id = on_its_own(temporal), unique("together")
    tasks = Tasks(alone)
    handle = client.get_workflow_handle(naming.task_workflow(task_id))
    async with polling(client, alone.task_queue):
        await tasks.create(new_task(task_id, every(3600)), by="test")
        end = datetime.now(UTC) + timedelta(seconds=at_load(4))
        await tasks.pause(task_id, by="test", until=end)
    later = end + timedelta(hours=1)
    change = Change(kind=ChangeKind.PAUSE, by="test", not_after=later, until=later)
    update = asyncio.create_task(
        handle.execute_update(naming.CHANGE, change, result_type=TaskState)
    )
    await until(end + timedelta(seconds=0.5))
    async with polling(client, alone.task_queue):
        await update
        await handle.signal(naming.CHECK_SCHEDULE)
        task = await tasks.get(task_id)
        assert task.paused
        assert task.paused_until == later
        assert task.revision == 3
        await tasks.delete(task_id, by="test")
