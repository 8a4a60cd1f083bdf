"""Reads that several pages share. Changes go through `use_cases.py`, which checks roles."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from onthedot.scheduling.errors import FreezeNotFound, InvalidDefinition
from onthedot.scheduling.freezes.freeze import Freeze
from onthedot.scheduling.outages import Busy
from onthedot.scheduling.run import Run, ShortRun
from onthedot.scheduling.stored.backfill import Backfill
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import Task
from onthedot.scheduling.trigger import CronTrigger, OnExcluded
from onthedot.service.calendars.calendars import Calendars
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.tasks.previews import preview
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from onthedot.ui.list_reads import ROWS

#: Next runs that a task's page shows.
_COMING = 10


@dataclass(frozen=True)
class TaskDetail:
    """A task, its next runs, and its last ones, newest first."""

    task: Task
    coming: tuple[datetime, ...]
    runs: list[ShortRun]
    moved: Mapping[datetime, str] = field(default_factory=dict)
    """Of those next runs that come on another day than the expression names: from when, and why."""


async def one_run(temporal: Temporal, run_id: str) -> Run:
    """Raises RunNotFound, TemporalUnavailable."""
    return await Runs(temporal).get(run_id)


async def backfills_of(temporal: Temporal, task_id: str) -> list[Backfill]:
    """Raises TemporalUnavailable."""
    return await Backfills(temporal).of_task(task_id)


async def task_state(temporal: Temporal, task_id: str) -> TaskState:
    """Raises TaskNotFound, TemporalUnavailable."""
    return await Tasks(temporal).state(task_id)


async def one_task(temporal: Temporal, task_id: str) -> Task:
    """Raises TaskNotFound, TemporalUnavailable."""
    return await Tasks(temporal).get(task_id)


async def deleted_task(temporal: Temporal, task_id: str) -> Task | None:
    """A deleted task that can be restored. Raises TemporalUnavailable."""
    return await Tasks(temporal).deleted(task_id)


async def task_detail(temporal: Temporal, task_id: str) -> TaskDetail:
    """Raises TaskNotFound, TemporalUnavailable."""
    task, page = await asyncio.gather(
        Tasks(temporal).get(task_id),
        RunList(temporal).page(RunFilter(task_id=task_id), limit=ROWS),
    )
    coming = task.next_runs
    if coming and task.trigger.kind != "once":
        now = temporal.now()
        listed = await NextRuns(temporal).of(task.id, task, after=now, count=_COMING)
        coming = tuple(at for at in listed if at >= coming[0])
    return TaskDetail(task, coming, page.items, await _moved(temporal, task, coming))


async def _moved(temporal: Temporal, task: Task, coming: Sequence[datetime]) -> dict[datetime, str]:
    trigger = task.trigger
    if not coming or not isinstance(trigger, CronTrigger):
        return {}
    if trigger.on_excluded is OnExcluded.SKIP:
        return {}
    try:
        found = await preview(
            temporal, trigger, count=len(coming) + 1, after=temporal.now(), task_id=task.id
        )
    except (InvalidDefinition, Busy):
        return {}
    return {one.at: one.text for one in found.moved}


async def standing_freezes(temporal: Temporal) -> list[Freeze]:
    """The freezes that are in force or have an upcoming window, by name."""
    return await Freezes(temporal).all()


async def calendar_names(temporal: Temporal) -> list[str]:
    """The calendars that triggers can name. Raises TemporalUnavailable."""
    return await Calendars(temporal).names()


async def freeze_or_none(temporal: Temporal, name: str) -> Freeze | None:
    """A current freeze. Raises TemporalUnavailable."""
    try:
        return await Freezes(temporal).get(name)
    except FreezeNotFound:
        return None
