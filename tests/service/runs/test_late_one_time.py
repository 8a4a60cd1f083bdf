"""A one-time task that starts late has its whole deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client

from onthedot.scheduling.run import RunStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import new_task, once, unique
from tests.outcomes import last_run
from tests.waiting import at_load, until
from tests.workers import on_its_own, polling

pytestmark = pytest.mark.anyio


async def test_registered_two_hours_late(temporal: Temporal, tasks: Tasks, runs: Runs) -> None:
    task_id, at = unique("late"), datetime.now(UTC) - timedelta(hours=2)
    trigger = {"kind": "once", "at": at}
    await tasks.create(new_task(task_id, trigger, catchup_window="P1D"), by="test")
    run = await last_run(tasks, runs, task_id)
    assert run.status is RunStatus.SUCCEEDED, run.error
    assert run.lateness is not None
    assert run.lateness >= timedelta(hours=2)
    assert await RunList(temporal).count(RunFilter(task_id=task_id)) == 1


async def test_resumed_later_than_its_deadline(tasks: Tasks, runs: Runs) -> None:
    task_id = unique("late")
    new = new_task(task_id, once(0.5), deadline=_deadline(), paused=True)
    task = await tasks.create(new, by="test")
    assert task.trigger.kind == "once"
    assert task.trigger.at is not None
    await until(task.trigger.at + 1.5 * task.deadline)
    await tasks.resume(task_id, by="test")
    run = await last_run(tasks, runs, task_id)
    assert run.status is RunStatus.SUCCEEDED, run.error


async def test_no_worker_for_longer_than_its_deadline(client: Client, temporal: Temporal) -> None:
    alone = on_its_own(temporal)
    tasks, task_id = Tasks(alone), unique("late")
    task = await tasks.create(new_task(task_id, once(0.2), deadline=_deadline()), by="test")
    assert task.trigger.kind == "once"
    assert task.trigger.at is not None
    await until(task.trigger.at + 1.5 * task.deadline)
    async with polling(client, alone.task_queue):
        run = await last_run(tasks, Runs(alone), task_id)
    assert run.status is RunStatus.SUCCEEDED, run.error


def _deadline() -> float:
    """In seconds: long enough for a run, and short enough to wait for."""
    return at_load(1)
