"""Reads all tasks that will fire, for a forecast."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import Payload
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    ListWorkflowExecutionsRequest,
    ListWorkflowExecutionsResponse,
)

from onthedot import naming
from onthedot.scheduling.calendars.days import CalendarDays, calendars_of
from onthedot.scheduling.firing.jitter import jitter_seed
from onthedot.scheduling.forecast.fleet import FleetTask
from onthedot.scheduling.outages import LaterRelease
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import max_runs
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import instant

#: Rows read at a time, so that each call ends in time on a busy server.
_PAGE = 250
#: Rows decoded at a time, which occupies the event loop for about 20 ms.
_DECODED = 100
#: How long a list of tasks is cached.
_AGE = timedelta(seconds=5)
#: The most tasks that are read, recurring ones first: each takes some kilobytes of memory.
MOST = 100_000
#: How many schedules and long definitions are read, and how many of them at once.
_ASKED = 500
_AT_ONCE = 10


@dataclass(frozen=True)
class Fleet:
    """The tasks that will fire; `complete` says whether all were read, and each in full."""

    read: datetime
    tasks: tuple[FleetTask, ...]
    complete: bool


@dataclass(frozen=True)
class _Known:
    """The content of a row's memo, cached by its bytes."""

    memo: bytes
    row: TaskRow | None
    unread: bool = False


class FleetReader:
    """Walks through the open tasks, and decodes only rows that changed."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._known: dict[str, _Known] = {}
        self._fleets: dict[tuple[str, datetime | None], Fleet] = {}
        self._turn = asyncio.Lock()

    async def tasks(self, tag: str = "", until: datetime | None = None) -> Fleet:
        """The tasks with this tag, or all; five seconds old at most. One-time tasks that are due
        after `until` may be left out.

        Raises:
            TemporalUnavailable: Temporal does not respond.
        """
        async with self._turn:
            now, key = self._temporal.now(), (tag, until)
            self._fleets = {k: f for k, f in self._fleets.items() if now - f.read <= _AGE}
            if key not in self._fleets:
                self._fleets[key] = await self._read(tag, until, now)
            return self._fleets[key]

    async def _read(self, tag: str, until: datetime | None, now: datetime) -> Fleet:
        known = dict[str, _Known]()
        found: list[FleetTask] = []
        asked: list[tuple[FleetTask, TaskRow]] = []
        try:
            complete = await self._walk(_queries(tag, until, now), now, known, found, asked)
        finally:
            # A repeated call continues from what was read.
            self._known |= known
        if not tag:
            self._known = known
        found += await self._in_full(asked[:_ASKED], now)
        found += [task for task, _ in asked[_ASKED:]]
        complete = complete and len(asked) <= _ASKED
        complete = complete and not any(each.unread for each in known.values())
        return Fleet(now, await self._with_calendars(found), complete=complete)

    async def _walk(
        self,
        queries: Sequence[str],
        now: datetime,
        known: dict[str, _Known],
        found: list[FleetTask],
        asked: list[tuple[FleetTask, TaskRow]],
    ) -> bool:
        """Read rows into `known`, and `asked` or `found`; returns whether all were read."""
        namespace = await self._temporal.namespace_id()
        read = 0
        for query in queries:
            coming: asyncio.Task[ListWorkflowExecutionsResponse] | None = self._page(query)
            try:
                while coming is not None:
                    page = await coming
                    read += len(page.executions)
                    # Temporal prepares the next page while this one is decoded.
                    token = page.next_page_token
                    coming = self._page(query, token) if token and read < MOST else None
                    for task_id, row in await self._rows(page.executions, known):
                        task = None if row is None else _fleet_task(task_id, row, namespace, now)
                        if row is None or task is None:
                            continue
                        if _needs_more(row):
                            asked.append((task, row))
                        else:
                            found.append(task)
                    if read >= MOST and (token or query is not queries[-1]):
                        return False
            finally:
                if coming is not None:
                    coming.cancel()
        return True

    async def _with_calendars(self, tasks: Sequence[FleetTask]) -> tuple[FleetTask, ...]:
        """The tasks with their calendars, each of which is looked up once."""
        names = dict.fromkeys(name for task in tasks for name in calendars_of(task.trigger))
        if not names:
            return tuple(tasks)
        known = await self._temporal.ask(self._temporal.calendars.named(names))
        return tuple(
            replace(task, calendars=CalendarDays.of(known[name] for name in named))
            if (named := calendars_of(task.trigger))
            else task
            for task in tasks
        )

    def _page(self, query: str, token: bytes = b"") -> asyncio.Task[ListWorkflowExecutionsResponse]:
        """A page of the list, without the SDK's decoding of each row."""
        client = self._temporal.client
        request = ListWorkflowExecutionsRequest(
            namespace=client.namespace, page_size=_PAGE, next_page_token=token, query=query
        )
        asked = client.workflow_service.list_workflow_executions(request)
        return asyncio.create_task(self._temporal.ask(asked), name="page of the fleet")

    async def _rows(
        self, executions: Sequence[WorkflowExecutionInfo], known: dict[str, _Known]
    ) -> list[tuple[str, TaskRow | None]]:
        """Their ids and memos, which are added to the cache."""
        fresh: list[WorkflowExecutionInfo] = []
        for info in executions:
            if naming.TASK_MEMO not in info.memo.fields:
                known[info.execution.workflow_id] = _Known(b"", None)
                continue
            before = self._known.get(info.execution.workflow_id)
            if before is not None and before.memo == info.memo.fields[naming.TASK_MEMO].data:
                known[info.execution.workflow_id] = before
            else:
                fresh.append(info)
        for some in (fresh[n : n + _DECODED] for n in range(0, len(fresh), _DECODED)):
            payloads = [info.memo.fields[naming.TASK_MEMO] for info in some]
            rows: list[TaskRow | None] = await self._decoded(payloads)
            for info, row in zip(some, rows, strict=True):
                begun = info.start_time.ToDatetime(tzinfo=UTC)
                late = row and row.not_after is not None and begun > row.not_after
                memo = info.memo.fields[naming.TASK_MEMO].data
                known[info.execution.workflow_id] = _Known(memo, None if late else row, row is None)
            # Let other calls proceed.
            await asyncio.sleep(0)
        ids = [info.execution.workflow_id for info in executions]
        return [(id_.partition(":")[2], known[id_].row) for id_ in ids]

    async def _decoded(self, payloads: Sequence[Payload]) -> list[TaskRow | None]:
        """None for rows that a later release stored in a form this release does not know."""
        converter = self._temporal.client.data_converter
        try:
            return await converter.decode(payloads, [TaskRow] * len(payloads))
        except LaterRelease:
            if len(payloads) == 1:
                return [None]
        return [row for each in payloads for row in await self._decoded([each])]

    async def _in_full(
        self, asked: list[tuple[FleetTask, TaskRow]], now: datetime
    ) -> list[FleetTask]:
        temporal, turns = self._temporal, asyncio.Semaphore(_AT_ONCE)
        reader, next_runs = TaskReader(temporal), NextRuns(temporal)

        async def one(task: FleetTask, row: TaskRow) -> FleetTask | None:
            async with turns:
                definition = row.definition
                if row.abridged:
                    if (there := await reader.find_or_none(task.id)) is None:
                        return None
                    definition = there.definition
                left = await next_runs.remaining(task.id, definition)
                # What is left of them counts from now.
                after = task.after if left is None else max(task.after, now)
                return replace(task, trigger=definition.trigger, remaining=left, after=after)

        answers = await asyncio.gather(*(one(task, row) for task, row in asked))
        return [task for task in answers if task is not None]


def _queries(tag: str, until: datetime | None, now: datetime) -> list[str]:
    """One query per kind, since Temporal has an index of it; recurring tasks come first."""
    which = TaskFilter(tags=(tag,) if tag else ())
    going_on = f"{which.query(now)} AND ExecutionStatus = 'Running'"
    due = f" AND {naming.DUE.name} <= {instant(until)}" if until else ""
    kinds = {"cron": "", "interval": "", "once": due}
    return [f"{going_on} AND {naming.KIND.name} = '{k}'{more}" for k, more in kinds.items()]


def _needs_more(row: TaskRow) -> bool:
    trigger = row.definition.trigger
    cut = row.abridged and not isinstance(trigger, OnceTrigger) and bool(trigger.exclude)
    return cut or max_runs(row.definition) is not None


def _fleet_task(task_id: str, row: TaskRow, namespace: str, now: datetime) -> FleetTask | None:
    """None if it will not fire: paused without an end, or its schedule is not in force."""
    definition = row.definition
    if row.problem or (definition.paused and row.paused_until is None):
        return None
    after = row.occurs_after or row.created_at
    if isinstance(definition.trigger, OnceTrigger):
        at = definition.trigger.at
        if at is None or (at <= now and not definition.paused):
            return None
        after = min(after, at - timedelta(seconds=1))
    elif definition.paused and row.paused_until is not None:
        after = max(after, row.paused_until)
    return FleetTask(
        id=task_id,
        name=definition.name,
        trigger=definition.trigger,
        revision=row.revision,
        after=after,
        tags=definition.tags,
        catchup=definition.catchup_window,
        jitter_seed=jitter_seed(namespace, naming.schedule(task_id)),
    )
