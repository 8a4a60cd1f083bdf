"""Lists tasks: one visibility query with Temporal's page token, without lost or repeated rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime, timedelta

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from onthedot import naming
from onthedot.naming.queries import instant, literals
from onthedot.scheduling.outages import LaterRelease, TemporalUnavailable
from onthedot.scheduling.task import Task, TaskStatus
from onthedot.service.runs.in_progress import tasks_with_runs
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.tasks.rows import (
    NEXT_RUNS,
    answered,
    deleted_row,
    row_of,
    task_health,
    task_status,
)
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.open_walk import STILL_OPEN
from onthedot.service.temporal.paging import Cursor, Page, cursor_key
from onthedot.service.temporal.rows import first_rows

#: The largest expected difference between this machine's clock and Temporal's.
_CLOCKS_DIFFER = timedelta(seconds=1)

#: Rows per page if all are read: few enough for a busy Temporal to return in time, and for other
#: calls to proceed while they are decoded.
_PAGE = 250

#: How long a page may take once the first page has shown that Temporal responds.
_LATER = timedelta(seconds=5)

#: How much further back each count of the newest tasks reaches, and how far at most.
_WIDER = 2
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)


class TaskList:
    """Walks through the registered tasks."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._next = NextRuns(temporal)

    async def page(
        self,
        which: TaskFilter,
        *,
        limit: int = 50,
        cursor: str | None = None,
        with_running: bool = True,
    ) -> Page[Task]:
        """One page of tasks: open ones first, newest first.

        Args:
            with_running: look up whether recurring tasks have a run in progress.

        Raises:
            InvalidDefinition: the cursor does not belong to this walk.
        """
        rows = await self.rows(which, limit=limit, cursor=cursor)
        names = [naming.id_in(row.id) for row in rows.items if _is_open(row)]
        busy = set(await tasks_with_runs(self._temporal, names)) if with_running else ()
        now = self._temporal.now()
        items, unread = await self.tasks(rows.items, now, busy)
        return Page(items, rows.next_cursor, unread)

    async def rows(
        self,
        which: TaskFilter,
        *,
        limit: int,
        cursor: str | None = None,
        within: timedelta | None = None,
    ) -> Page[WorkflowExecution]:
        """One page of the tasks' workflows. Raises like `page`."""
        now, key = self._temporal.now(), await cursor_key(self._temporal)
        place = Cursor.decoded(cursor, which.query(None), now, key)
        query = which.query(place.began, await self._running(which))
        listed = self._temporal.client.list_workflows(
            query, page_size=limit, next_page_token=place.token
        )
        await self._temporal.ask(listed.fetch_next_page(), within)
        rows = await self._current(listed.current_page or (), query, place.began)
        token = listed.next_page_token
        following = Cursor(token, place.began).encoded(which.query(None), key) if token else None
        return Page(rows, following)

    async def walk(self, which: TaskFilter) -> AsyncIterator[WorkflowExecution]:
        """The workflows of all matching tasks, each once. Raises like `page`."""
        seen: set[str] = set()
        cursor: str | None = None
        while True:
            within = _LATER if cursor else None
            page = await self.rows(which, limit=_PAGE, cursor=cursor, within=within)
            for row in page.items:
                if row.id not in seen:
                    seen.add(row.id)
                    yield row
            if (cursor := page.next_cursor) is None:
                return

    async def count(self, which: TaskFilter, *, within: timedelta | None = None) -> int:
        """How many tasks there are; a finished one that was armed again may count twice. With many
        tasks that takes long: see `KeptCounts`.
        """
        if which.deleted:
            # Deleted tasks that were restored, or whose ids were reused, must not count.
            return len([row async for row in self.walk(which)])
        query = which.query(self._temporal.now(), await self._running(which))
        return await self._temporal.count(query, within)

    async def exceeds(self, which: TaskFilter, number: int) -> bool | None:
        """Whether there are more than `number` tasks. Counting all could take seconds, so this
        counts only as many of the newest as should suffice. None if that does not decide it.
        """
        page = await self.rows(which, limit=_PAGE)
        if page.next_cursor is None:
            return False
        newest, oldest = page.items[0], page.items[-1]
        if not _is_open(oldest):
            return None
        query = which.query(self._temporal.now(), await self._running(which))
        span = max(newest.start_time - oldest.start_time, _CLOCKS_DIFFER) * (number / _PAGE)
        since = oldest.start_time
        while since > _EARLIEST:
            span *= _WIDER
            since = max(since, _EARLIEST + span) - span
            newer = f"{query} AND {STILL_OPEN} AND StartTime > {instant(since)}"
            try:
                found = await self._temporal.count(newer)
            except TemporalUnavailable:
                return None
            if found > number:
                return True
            if not found:
                # This store does not know the condition.
                return None
        return None

    async def _running(self, which: TaskFilter) -> list[str]:
        return await tasks_with_runs(self._temporal) if which.asks_for_runs else []

    async def tasks(
        self, executions: Sequence[WorkflowExecution], now: datetime, busy: Collection[str]
    ) -> tuple[list[Task], dict[str, str]]:
        """Rows as tasks, and by id why some cannot be shown. Arguments as for `task`."""
        found: list[Task] = []
        unread: dict[str, str] = {}
        for execution in executions:
            try:
                task = await self.task(execution, now, busy)
            except LaterRelease as error:
                unread[naming.id_in(execution.id)] = str(error)
            else:
                found += [task] if task else []
        return found, unread

    async def task(
        self, execution: WorkflowExecution, now: datetime, busy: Collection[str]
    ) -> Task | None:
        """A row as a task, if `busy` tasks have a run in progress; None if it is not a task.

        Raises:
            LaterRelease: a later release stored what this one does not know.
        """
        row = await row_of(execution) or await deleted_row(execution)
        if row is None:
            return None
        status = task_status(execution, row.definition, now)
        task_id = naming.id_in(execution.id)
        coming: tuple[datetime, ...] = ()
        if status is TaskStatus.SCHEDULED and not row.problem:
            coming = await self._next.of(
                task_id,
                row.definition,
                after=now,
                count=NEXT_RUNS,
                nominal_after=row.occurs_after,
            )
        if status is TaskStatus.SCHEDULED and task_id in busy:
            status = TaskStatus.RUNNING
        health = task_health(execution)
        return answered(self._temporal, task_id, row, status, next_runs=coming, health=health)

    async def _current(
        self, rows: Sequence[WorkflowExecution], query: str, began: datetime
    ) -> list[WorkflowExecution]:
        """The rows without those that a later execution of the same task replaced.

        If that happened during this walk, the later execution is where the walk has already
        passed, so the row is kept.
        """
        latest = await self._latest([row.id for row in rows if not _is_open(row)])
        replaced = [row for row in rows if row.run_id != latest.get(row.id, row).run_id]
        after = began - _CLOCKS_DIFFER
        moved = [row.id for row in replaced if latest[row.id].start_time > after]
        fitting = await self._named(query, moved)
        elsewhere = {execution.run_id for execution in fitting} - {row.run_id for row in rows}
        gone = {row.run_id for row in replaced if latest[row.id].run_id not in elsewhere}
        shown = {row.id: latest.get(row.id, row) for row in rows if row.run_id not in gone}
        return list(shown.values())

    async def _latest(self, names: Sequence[str]) -> dict[str, WorkflowExecution]:
        latest: dict[str, WorkflowExecution] = {}
        for execution in await self._named(f"WorkflowType = '{naming.TASK}'", names):
            known = latest.get(execution.id)
            if known is None or execution.start_time > known.start_time:
                latest[execution.id] = execution
        return latest

    async def _named(self, query: str, names: Sequence[str]) -> Sequence[WorkflowExecution]:
        if not names:
            return ()
        return await first_rows(self._temporal, f"{query} AND WorkflowId IN {literals(names)}")


def _is_open(row: WorkflowExecution) -> bool:
    return row.status is WorkflowExecutionStatus.RUNNING
