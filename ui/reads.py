"""What pages read of the service, several calls at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from onthedot.scheduling.errors import FreezeNotFound, InvalidDefinition, OnTheDotError
from onthedot.scheduling.freezes.freeze import Freeze
from onthedot.scheduling.outages import Busy
from onthedot.scheduling.run import Run, RunStatus, ShortRun
from onthedot.scheduling.stored.backfill import Backfill
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import Task, TaskDefinition
from onthedot.scheduling.trigger import CronTrigger, OnExcluded
from onthedot.service.calendars.calendars import Calendars
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.ledger.skipped import SkippedRuns
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.bulk import BulkRuns
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.recent import recent_runs
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.kept_counts import KeptCounts
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.lists.sorting import SortedTasks, TaskOrder
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.tasks.previews import preview
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import Page

#: Rows of one page of a list.
ROWS = 50

#: For how long a number of tasks is taken to be right while the page that is shown stays the same.
_COUNTED_EVERY = timedelta(seconds=20)

#: How often the log is gone on with where what was looked through holds nothing that is asked for.
_EMPTY_PAGES = 5

#: Rows that are read immediately where all are wanted.
_PAGE = 1000

#: Next runs that a task's page shows.
_COMING = 10


@dataclass(frozen=True)
class TaskRows:
    """One page of tasks with their last runs, and how many tasks match in all."""

    page: Page[Task]
    runs: dict[str, list[ShortRun]]
    count: int | None
    """None where they have not been counted yet."""


@dataclass(frozen=True)
class RunRows:
    """One page of the log, and how many runs match in all, where that can be counted."""

    page: Page[ShortRun]
    count: int | None


@dataclass(frozen=True)
class TaskDetail:
    """A task, its next runs, and its last ones, newest first."""

    task: Task
    coming: tuple[datetime, ...]
    runs: list[ShortRun]
    moved: Mapping[datetime, str] = field(default_factory=dict)
    """Of those next runs that come on another day than the expression names: from when, and why."""


class NoSuchPage(OnTheDotError):
    """A list has fewer pages."""

    def __init__(self, page: int) -> None:
        super().__init__(f"There is no page {page:,}: the list is shorter.")


async def cursor_of(page: int, read: Callable[[int, str | None], Awaitable[Page[Any]]]) -> str:
    """The cursor of a page after the first, where one does not come from the page before it.

    Args:
        read: gives so many rows from a cursor on.

    Raises:
        NoSuchPage: there are not so many; and what `read` raises.
    """
    left, cursor = (page - 1) * ROWS, None
    while left:
        step = min(left, _PAGE)
        cursor = (await read(step, cursor)).next_cursor
        if cursor is None:
            raise NoSuchPage(page)
        left -= step
    assert cursor is not None
    return cursor


async def cursor_of_tasks(
    temporal: Temporal,
    counts: KeptCounts,
    which: TaskFilter,
    order: TaskOrder | None,
    page: int,
) -> str:
    """Raises NoSuchPage, InvalidDefinition, TemporalUnavailable."""
    if order is not None:
        tasks = SortedTasks(temporal, counts)
        return await cursor_of(
            page, lambda limit, at: tasks.page(which, order, limit=limit, cursor=at)
        )
    rows = TaskList(temporal).rows
    return await cursor_of(page, lambda limit, at: rows(which, limit=limit, cursor=at))


async def cursor_of_runs(temporal: Temporal, which: RunFilter, page: int) -> str:
    """Raises NoSuchPage, InvalidDefinition, TemporalUnavailable."""
    runs = _runs(temporal, which)
    return await cursor_of(page, lambda limit, at: runs.page(which, limit=limit, cursor=at))


class TaskRowsReader:
    """Reads one page of tasks again and again. Which run tells its rows, and to count all that
    match costs as much as ten pages: they are counted again where the page is another, and now and
    then."""

    def __init__(
        self,
        temporal: Temporal,
        counts: KeptCounts,
        which: TaskFilter,
        order: TaskOrder | None,
        cursor: str | None,
    ) -> None:
        """Without an order the open ones come first, the newest first."""
        self._temporal = temporal
        self._counts = counts
        self._which = which
        self._order = order
        self._cursor = cursor
        self._count: int | None = None
        self._counted: tuple[datetime, list[str]] | None = None

    async def read(self) -> TaskRows:
        """The page as it is now.

        Raises:
            InvalidDefinition: they are too many to be put in order.
            TemporalUnavailable: Temporal does not respond.
        """
        page = await self._page()
        ids = [task.id for task in page.items]
        runs, count = await asyncio.gather(self._runs(ids), self._counting(ids, page.next_cursor))
        return TaskRows(page, runs, count)

    async def _page(self) -> Page[Task]:
        if self._order is not None:
            tasks = SortedTasks(self._temporal, self._counts)
            return await tasks.page(self._which, self._order, limit=ROWS, cursor=self._cursor)
        return await TaskList(self._temporal).page(
            self._which, limit=ROWS, cursor=self._cursor, with_running=False
        )

    async def _runs(self, ids: list[str]) -> dict[str, list[ShortRun]]:
        return await recent_runs(self._temporal, ids) if ids else {}

    async def _counting(self, ids: list[str], more: str | None) -> int | None:
        if self._cursor is None and more is None:
            return len(ids)
        now = self._temporal.now()
        at, before = self._counted or (now, None)
        if self._count is None or before != ids or now - at > _COUNTED_EVERY:
            self._count = await self._counts.of(self._which)
            self._counted = (now, ids)
        return self._count


async def run_rows(temporal: Temporal, which: RunFilter, cursor: str | None) -> RunRows:
    """Raises TemporalUnavailable."""
    runs = _runs(temporal, which)
    if which.looks_through:
        page = await runs.page(which, limit=ROWS, cursor=cursor)
        for _ in range(_EMPTY_PAGES):
            if page.items or page.next_cursor is None:
                break
            page = await runs.page(which, limit=ROWS, cursor=page.next_cursor)
        return RunRows(page, None)
    page, count = await asyncio.gather(
        runs.page(which, limit=ROWS, cursor=cursor), runs.count(which)
    )
    return RunRows(page, count)


def _runs(temporal: Temporal, which: RunFilter) -> SkippedRuns | RunList:
    return SkippedRuns(temporal) if which.status is RunStatus.SKIPPED else RunList(temporal)


async def ids_of_tasks(temporal: Temporal, which: TaskFilter, most: int) -> list[str]:
    """The first `most` tasks that a filter lets through. Raises TemporalUnavailable."""
    found: list[str] = []
    async for row in TaskList(temporal).walk(which):
        found.append(row.id.partition(":")[2])
        if len(found) == most:
            break
    return found


async def ids_of_runs(temporal: Temporal, which: RunFilter, most: int) -> list[str]:
    """The first `most` runs that a filter lets through. Raises TemporalUnavailable."""
    found: dict[str, None] = {}
    cursor: str | None = None
    while len(found) < most:
        page = await RunList(temporal).page(which, limit=_PAGE, cursor=cursor, with_names=False)
        found.update((run.id, None) for run in page.items)
        if (cursor := page.next_cursor) is None:
            break
    return list(found)[:most]


async def ids_to_retry(temporal: Temporal, which: RunFilter, most: int) -> list[str]:
    """Those of the runs that were not run again already. Raises as `BulkRuns.to_retry`."""
    wanted, _ = await BulkRuns(temporal).to_retry(which, most)
    return wanted


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
    """The freezes that are in force, or have a window to come, by name."""
    return await Freezes(temporal).all()


async def calendar_names(temporal: Temporal) -> list[str]:
    """The calendars that triggers can name. Raises TemporalUnavailable."""
    return await Calendars(temporal).names()


async def freeze_or_none(temporal: Temporal, name: str) -> Freeze | None:
    """A freeze that stands. Raises TemporalUnavailable."""
    try:
        return await Freezes(temporal).get(name)
    except FreezeNotFound:
        return None


async def definition_of(temporal: Temporal, task_id: str) -> tuple[TaskDefinition, int]:
    """A task's whole definition, and its revision."""
    state = await Tasks(temporal).state(task_id)
    return state.definition, state.revision
