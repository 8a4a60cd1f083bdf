"""Reads for the lists of tasks and runs: pages, counts, and the ids of all matching rows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from onthedot import naming
from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.run import RunStatus, ShortRun
from onthedot.scheduling.task import Task
from onthedot.service.ledger.skipped import SkippedRuns
from onthedot.service.runs.bulk import BulkRuns
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.recent import recent_runs
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.kept_counts import KeptCounts
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.lists.sorting import SortedTasks, TaskOrder
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import Page

#: Rows of one page of a list.
ROWS = 50

#: How long a count is reused while the rows of the page stay the same.
_COUNTED_EVERY = timedelta(seconds=20)

#: How many pages without a match are skipped before an empty one is shown.
_EMPTY_PAGES = 5

#: Rows per read if all are needed.
_PAGE = 1000


@dataclass(frozen=True)
class TaskRows:
    """One page of tasks with their last runs, and how many tasks match in all."""

    page: Page[Task]
    runs: dict[str, list[ShortRun]]
    count: int | None
    """None where they have not been counted yet."""


@dataclass(frozen=True)
class RunRows:
    """One page of runs, and how many match in all, if they can be counted."""

    page: Page[ShortRun]
    count: int | None


class NoSuchPage(OnTheDotError):
    """The list has fewer pages."""

    def __init__(self, page: int) -> None:
        super().__init__(f"There is no page {page:,}: the list is shorter.")


async def cursor_of(page: int, read: Callable[[int, str | None], Awaitable[Page[Any]]]) -> str:
    """The cursor of a page after the first, if it is not known from the page before.

    Args:
        read: returns a number of rows from a cursor on.

    Raises:
        NoSuchPage: the list is shorter. Also raises what `read` raises.
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
    """Rereads one page of tasks. Counting all matches costs as much as ten pages, so they are
    counted only if the rows of the page changed, or after a while."""

    def __init__(
        self,
        temporal: Temporal,
        counts: KeptCounts,
        which: TaskFilter,
        order: TaskOrder | None,
        cursor: str | None,
    ) -> None:
        """Without an order, open tasks come first, newest first."""
        self._temporal = temporal
        self._counts = counts
        self._which = which
        self._order = order
        self._cursor = cursor
        self._count: int | None = None
        self._counted: tuple[datetime, list[str]] | None = None

    async def read(self) -> TaskRows:
        """The current content of the page.

        Raises:
            InvalidDefinition: there are too many to sort.
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
    """The first `most` tasks that match. Raises TemporalUnavailable."""
    found: list[str] = []
    async for row in TaskList(temporal).walk(which):
        found.append(naming.id_in(row.id))
        if len(found) == most:
            break
    return found


async def ids_of_runs(temporal: Temporal, which: RunFilter, most: int) -> list[str]:
    """The first `most` runs that match. Raises TemporalUnavailable."""
    found: dict[str, None] = {}
    cursor: str | None = None
    while len(found) < most:
        page = await RunList(temporal).page(which, limit=_PAGE, cursor=cursor, with_names=False)
        found.update((run.id, None) for run in page.items)
        if (cursor := page.next_cursor) is None:
            break
    return list(found)[:most]


async def ids_to_retry(temporal: Temporal, which: RunFilter, most: int) -> list[str]:
    """The matching runs that were not retried yet. Raises like `BulkRuns.to_retry`."""
    wanted, _ = await BulkRuns(temporal).to_retry(which, most)
    return wanted
