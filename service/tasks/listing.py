"""The list of tasks: one visibility query, Temporal's page token, no row twice and none lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from onthedot import naming
from onthedot.scheduling.task import Task, TaskStatus
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import Cursor, Page, cursor_key, instant, literal
from onthedot.service.temporal.translate import NEXT_RUNS, answered, row_of, task_status

#: How far this machine's clock and Temporal's may be apart.
_CLOCKS_DIFFER = timedelta(seconds=1)


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks to list; empty fields do not restrict."""

    kind: str | None = None
    status: TaskStatus | None = None
    tag: str | None = None
    q: str | None = None

    def query(self, now: datetime | None) -> str:
        """The visibility query; without `now`, a text that only tells filters apart."""
        at = instant(now) if now else "now"
        parts = [
            f"WorkflowType = '{naming.TASK}'",
            f"{naming.STATUS.name} != '{naming.State.DELETED}'",
            # One that went on as a new execution during this walk has left its place in it.
            f"(ExecutionStatus != 'ContinuedAsNew' OR CloseTime > {at})",
        ]
        if self.kind:
            parts.append(f"{naming.KIND.name} = {literal(self.kind)}")
        if self.tag:
            parts.append(f"{naming.TAGS.name} = {literal(self.tag)}")
        if self.q:
            name, task_id = literal(naming.sort_name(self.q)), literal(self.q)
            parts.append(
                f"({naming.NAME.name} STARTS_WITH {name} OR "
                f"{naming.TASK_ID.name} STARTS_WITH {task_id})"
            )
        if self.status:
            parts.append(_status(self.status, at))
        return " AND ".join(parts)


class TaskList:
    """Walks through the registered tasks."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._next = NextRuns(temporal)

    async def page(
        self, which: TaskFilter, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Task]:
        """One page of tasks: open ones first, newest first.

        Raises:
            InvalidDefinition: the cursor does not belong to this walk.
            TemporalUnavailable: Temporal does not answer.
        """
        now = self._temporal.now()
        key = await cursor_key(self._temporal)
        place = Cursor.decoded(cursor, which.query(None), now, key)
        listed = self._temporal.client.list_workflows(
            which.query(place.began), page_size=limit, next_page_token=place.token
        )
        await self._temporal.ask(listed.fetch_next_page())
        rows = await self._current(listed.current_page or (), which, place.began)
        items = [task for row in rows if (task := await self._task(row, now)) is not None]
        token = listed.next_page_token
        following = Cursor(token, place.began).encoded(which.query(None), key) if token else None
        return Page(items, following)

    async def count(self, which: TaskFilter) -> int:
        """How many tasks there are; a finished one that was armed again may count twice.

        Raises:
            TemporalUnavailable: Temporal does not answer.
        """
        query = which.query(self._temporal.now())
        return (await self._temporal.ask(self._temporal.client.count_workflows(query))).count

    async def _task(self, execution: WorkflowExecution, now: datetime) -> Task | None:
        row = await row_of(execution)
        if row is None:
            return None
        status = task_status(execution, row.definition, now)
        task_id = execution.id.partition(":")[2]
        coming: tuple[datetime, ...] = ()
        if status is TaskStatus.SCHEDULED and not row.problem:
            coming = await self._next.of(
                task_id,
                row.definition,
                after=now,
                count=NEXT_RUNS,
                nominal_after=row.occurs_after,
            )
        return answered(self._temporal, task_id, row, status, next_runs=coming)

    async def _current(
        self, rows: Sequence[WorkflowExecution], which: TaskFilter, began: datetime
    ) -> list[WorkflowExecution]:
        """The rows without those that a later execution of the same task has taken the place of.

        One that did so since the walk began stands where this walk has passed: it is shown here.
        """
        closed = [row.id for row in rows if row.status is not WorkflowExecutionStatus.RUNNING]
        if not closed:
            return list(rows)
        latest: dict[str, WorkflowExecution] = {}
        for execution in await self._named(f"WorkflowType = '{naming.TASK}'", closed):
            known = latest.get(execution.id)
            if known is None or execution.start_time > known.start_time:
                latest[execution.id] = execution
        moved = [
            row.id
            for row in rows
            if row.id in latest
            and latest[row.id].run_id != row.run_id
            and latest[row.id].start_time > began - _CLOCKS_DIFFER
        ]
        fitting = await self._named(which.query(began), moved) if moved else []
        here = {row.run_id for row in rows}
        elsewhere = {execution.run_id for execution in fitting} - here
        current = {row.id: latest.get(row.id, row) for row in rows}
        shown = {
            row.id: current[row.id]
            for row in rows
            if current[row.id].run_id == row.run_id
            or (row.id in moved and current[row.id].run_id in elsewhere)
        }
        return list(shown.values())

    async def _named(self, query: str, names: Sequence[str]) -> Sequence[WorkflowExecution]:
        literals = ", ".join(literal(name) for name in names)
        listed = self._temporal.client.list_workflows(
            f"{query} AND WorkflowId IN ({literals})", page_size=1000
        )
        await self._temporal.ask(listed.fetch_next_page())
        return listed.current_page or ()


def _status(status: TaskStatus, at: str) -> str:
    once_due = f"({naming.KIND.name} = 'once' AND {naming.DUE.name} <= {at})"
    match status:
        case TaskStatus.PAUSED:
            return f"ExecutionStatus = 'Running' AND {naming.STATUS.name} = 'paused'"
        case TaskStatus.RUNNING:
            return (
                f"ExecutionStatus = 'Running' AND {naming.STATUS.name} = 'scheduled' AND {once_due}"
            )
        case TaskStatus.SCHEDULED:
            return (
                f"ExecutionStatus = 'Running' AND {naming.STATUS.name} = 'scheduled' AND "
                f"({naming.KIND.name} != 'once' OR {naming.DUE.name} > {at})"
            )
        case TaskStatus.COMPLETED:
            return "ExecutionStatus = 'Completed'"
        case TaskStatus.FAILED:
            return "ExecutionStatus IN ('Failed', 'TimedOut')"
        case TaskStatus.CANCELLED:
            return "ExecutionStatus IN ('Canceled', 'Terminated')"
