"""Lists tasks in an order that Temporal does not support.

All matching tasks are read and sorted anew for each page. A page begins after the last row of the
previous page, whatever was added or removed in between.
"""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from enum import StrEnum

from temporalio.client import WorkflowExecution

from onthedot import naming
from onthedot.naming.queries import literals
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.outages import LaterRelease
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.task import Task, TaskStatus
from onthedot.service.runs.in_progress import tasks_with_runs
from onthedot.service.runs.listing import RunFilter
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.kept_counts import KeptCounts
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.tasks.rows import deleted_row, row_of, task_status
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import Cursor, Page, cursor_key
from onthedot.service.temporal.raw_rows import attribute, raw_walk

#: The most tasks that are sorted.
MOST = 5000

#: The most runs that are searched for the last run of each task.
_MOST_RUNS = 10_000

#: Up to this many tasks are queried by name; for more, all runs are read and filtered.
_ASKED_BY_NAME = 200

_SIDE_BY_SIDE = 16

#: Tasks without a value come last: (whether it has none, the value, the id).
_Key = tuple[bool, str, str]


class TaskOrder(StrEnum):
    """The order of tasks."""

    #: The latest first.
    CREATED = "created"
    #: From A to Z, without regard to case.
    NAME = "name"
    #: The soonest first.
    NEXT_RUN = "next_run"
    #: Running tasks, then the latest run first.
    LAST_RUN = "last_run"


class SortedTasks:
    """Walks through the registered tasks in an order."""

    def __init__(self, temporal: Temporal, counts: KeptCounts) -> None:
        self._temporal = temporal
        self._counts = counts
        self._list = TaskList(temporal)
        self._next = NextRuns(temporal)

    async def page(
        self, which: TaskFilter, order: TaskOrder, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Task]:
        """One page of tasks.

        Raises:
            InvalidDefinition: the cursor does not belong to this walk, or too many tasks match.
        """
        text, key = f"{order} {which.query(None)}", await cursor_key(self._temporal)
        place = Cursor.decoded(cursor, text, self._temporal.now(), key)
        rows = await self._rows(which)
        keys, unread = await self._keys(rows, order, place.began)
        last: _Key | None = None
        if place.token:
            missing, value, task_id = json.loads(place.token)
            last = (missing, value, task_id)
        after = (each for each in keys if last is None or each > last)
        here = heapq.nsmallest(limit + 1, after)
        shown = [rows[task_id] for _, _, task_id in here[:limit]]
        busy = set(await tasks_with_runs(self._temporal, [each[2] for each in here[:limit]]))
        now = self._temporal.now()
        items, later = await self._list.tasks(shown, now, busy)
        # Rows without a place in the order are reported only once.
        unread = later if place.token else unread | later
        if len(here) <= limit:
            return Page(items, unread=unread)
        token = json.dumps(here[limit - 1]).encode()
        return Page(items, Cursor(token, place.began).encoded(text, key), unread)

    async def _rows(self, which: TaskFilter) -> dict[str, WorkflowExecution]:
        # Check first, or all would be read in vain.
        if not which.deleted and await self._too_many(which):
            raise _too_many()
        rows: dict[str, WorkflowExecution] = {}
        async for row in self._list.walk(which):
            rows[naming.id_in(row.id)] = row
            if len(rows) > MOST:
                raise _too_many()
        return rows

    async def _too_many(self, which: TaskFilter) -> bool:
        exceeds = await self._list.exceeds(which, MOST)
        if exceeds is None:
            exceeds = (await self._counts.of(which) or 0) > MOST
        return exceeds

    async def _keys(
        self, rows: dict[str, WorkflowExecution], order: TaskOrder, at: datetime
    ) -> tuple[list[_Key], dict[str, str]]:
        if order is TaskOrder.LAST_RUN:
            last = await self._last_runs(list(rows), at)
            return [_key(task_id, last.get(task_id), latest_first=True) for task_id in rows], {}
        places, unread = asyncio.Semaphore(_SIDE_BY_SIDE), dict[str, str]()

        async def one(task_id: str, execution: WorkflowExecution) -> _Key | None:
            try:
                row = await row_of(execution) or await deleted_row(execution)
            except LaterRelease as error:
                unread[task_id] = str(error)
                return None
            if row is None:
                return None
            match order:
                case TaskOrder.NAME:
                    return (False, row.definition.name.casefold(), task_id)
                case TaskOrder.CREATED:
                    return _key(task_id, row.created_at, latest_first=True)
                case _:
                    async with places:
                        return _key(task_id, await self._due(task_id, execution, row, at))

        found = await asyncio.gather(*(one(task_id, row) for task_id, row in rows.items()))
        return [each for each in found if each is not None], unread

    async def _due(
        self, task_id: str, execution: WorkflowExecution, row: TaskRow, at: datetime
    ) -> datetime | None:
        if task_status(execution, row.definition, at) is not TaskStatus.SCHEDULED or row.problem:
            return None
        coming = await self._next.of(
            task_id, row.definition, after=at, count=1, nominal_after=row.occurs_after
        )
        return coming[0] if coming else None

    async def _last_runs(self, ids: Sequence[str], at: datetime) -> dict[str, datetime]:
        """When each task last ran; now, for running ones."""
        found: dict[str, datetime] = {}
        if not ids:
            return found
        query = RunFilter().query(at)
        if len(ids) <= _ASKED_BY_NAME:
            query += f" AND {naming.TASK_ID.name} IN {literals(ids)}"
        wanted, looked = set(ids), 0
        async with aclosing(raw_walk(self._temporal, query)) as pages:
            async for page in pages:
                for run in page:
                    task_id = attribute(run, naming.TASK_ID.name) or ""
                    if task_id in wanted:
                        over = run.HasField("close_time")
                        ended = run.close_time.ToDatetime(tzinfo=UTC) if over else at
                        found.setdefault(task_id, ended)
                looked += len(page)
                if len(found) == len(ids) or looked >= _MOST_RUNS:
                    break
        return found


def _too_many() -> InvalidDefinition:
    fix = f"more than {MOST} tasks match; narrow the filter, or leave `sort` out"
    return InvalidDefinition(FieldProblem("sort", fix))


def _key(task_id: str, at: datetime | None, *, latest_first: bool = False) -> _Key:
    if at is None:
        return (True, "", task_id)
    microseconds = int(at.timestamp() * 1_000_000)
    return (False, f"{10**18 - microseconds if latest_first else microseconds:020}", task_id)
