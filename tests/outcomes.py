"""Waits for the outcome of tasks, runs and backfills."""

from __future__ import annotations

from onthedot.scheduling.run import Run, RunStatus
from onthedot.scheduling.stored.backfill import Backfill, BackfillStatus
from onthedot.scheduling.task import Task, TaskStatus
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.waiting import PATIENCE, eventually

_CLOSED = (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED)


async def in_status(tasks: Tasks, task_id: str, *statuses: TaskStatus) -> Task:
    """The task, once it has one of these statuses."""

    async def found() -> Task | None:
        task = await tasks.get(task_id)
        return task if task.status in statuses else None

    return await eventually(found)


async def closed(tasks: Tasks, task_id: str) -> Task:
    """The task, once it has completed or failed, or was cancelled."""
    return await in_status(tasks, task_id, *_CLOSED)


async def ended(runs: Runs, run_id: str) -> Run:
    """The run, once it has ended."""

    async def found() -> Run | None:
        run = await runs.get(run_id)
        return run if run.finished_at else None

    return await eventually(found)


async def last_run(tasks: Tasks, runs: Runs, task_id: str) -> Run:
    """A task's last run, once it has ended."""

    async def found() -> Run | None:
        last = (await tasks.get(task_id)).last_run
        return await runs.get(last.id) if last and last.finished_at else None

    return await eventually(found)


async def succeeded(
    temporal: Temporal, task_id: str, number: int = 1, seconds: float = PATIENCE
) -> None:
    """Return once the list has at least so many runs of a task that succeeded."""
    which = RunFilter(task_id=task_id, status=RunStatus.SUCCEEDED)

    async def enough() -> bool:
        return await RunList(temporal).count(which) >= number

    await eventually(enough, seconds)


async def over(backfills: Backfills, backfill_id: str) -> Backfill:
    """The backfill, once it is over."""

    async def found() -> Backfill | None:
        backfill = await backfills.get(backfill_id)
        return None if backfill.status is BackfillStatus.RUNNING else backfill

    return await eventually(found)
