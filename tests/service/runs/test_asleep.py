"""A one-time task exists only in Temporal until shortly before it is due, and starts on the dot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onthedot import naming
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.task import TaskStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition, new_task, unique
from tests.outcomes import in_status
from tests.run_log import listed_runs
from tests.waiting import at_load, until

pytestmark = pytest.mark.anyio


async def test_no_worker_hears_of_it_before_and_it_begins_at_its_time(
    temporal: Temporal, tasks: Tasks, run_list: RunList
) -> None:
    due = datetime.now(UTC) + timedelta(seconds=10 + at_load(1))
    task_id = unique("asleep")
    await tasks.create(new_task(task_id, {"kind": "once", "at": due}), by="test")
    handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))
    assert (await handle.describe()).history_length == 1
    assert (await tasks.get(task_id)).status is TaskStatus.SCHEDULED
    await until(due)
    await in_status(tasks, task_id, TaskStatus.COMPLETED)
    (run,) = await listed_runs(run_list, _succeeded(task_id))
    assert run.started_at is not None
    assert due <= run.started_at


async def test_a_change_wakes_it(tasks: Tasks, run_list: RunList) -> None:
    task_id = unique("woken")
    far = datetime.now(UTC) + timedelta(hours=1)
    await tasks.create(new_task(task_id, {"kind": "once", "at": far}), by="test")
    due = datetime.now(UTC) + timedelta(seconds=1)
    await tasks.replace(task_id, definition({"kind": "once", "at": due}), by="test")
    await in_status(tasks, task_id, TaskStatus.COMPLETED)
    (run,) = await listed_runs(run_list, _succeeded(task_id))
    assert run.scheduled_for == due
    assert run.started_at is not None
    assert due <= run.started_at


def _succeeded(task_id: str) -> RunFilter:
    return RunFilter(task_id=task_id, status=RunStatus.SUCCEEDED)
