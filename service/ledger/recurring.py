"""Caches every recurring task and its next due instant, since reading all of them for each audit
would be most of its cost.

1. The first refresh walks through all tasks. A later one reads those that began or ended since, and
   rereads some of the others: a page of a thousand per half minute, whatever their number.
2. So a changed definition is seen late. Callers that find runs which differ from what is due reread
   those tasks: a change shows in the runs.
3. The next due instant of each task is kept, so a period without one costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Sequence
from datetime import UTC, datetime, timedelta

from anyio import to_thread
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import WorkflowExecutionStatus

from onthedot import naming
from onthedot.naming.queries import instant, literals
from onthedot.scheduling.calendars.days import NO_CALENDARS
from onthedot.scheduling.ledger.audit_report import LOOK_BACK
from onthedot.scheduling.ledger.recurring_task import RecurringTask, due, stored_trigger
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.calendars.lookup import calendars_for
from onthedot.service.tasks.rows import came_too_late, decoded_rows
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.open_walk import OpenWalk
from onthedot.service.temporal.raw_rows import RawRows, attribute, raw_rows
from onthedot.service.temporal.rows import PAGE, patiently
from onthedot.service.temporal.shared_reads import retrieved

_NAMED_AT_ONCE = 200

#: How often one page of a thousand tasks is reread.
_PAGE_EVERY = timedelta(seconds=30)

#: The longest lag of lists.
_LAG = timedelta(minutes=1)

_KINDS = ("cron", "interval")


class RecurringTasks:
    """The due instants of all recurring tasks. One instance serves a whole process.

    Args:
        patient: wait for a busy Temporal, because no caller waits for this.
    """

    def __init__(self, temporal: Temporal, *, patient: bool = False) -> None:
        self._temporal = temporal
        self._patient = patient
        self._known: dict[str, RecurringTask] = {}
        self._read_at: datetime | None = None
        self._read_again_at = self._temporal.now()
        self._walks: list[OpenWalk] = []
        """What is left of a walk through all."""
        self._memos: dict[str, int] = {}
        """What was read last, as a hash: what is as it was is not decoded again."""
        self._refreshing: asyncio.Task[None] | None = None

    @property
    def all(self) -> Collection[RecurringTask]:
        """The known executions: all open ones, and those that ended within a day."""
        return self._known.values()

    async def refresh(self) -> None:
        """Read what changed. This continues even if the caller stops waiting."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh(), name="recurring tasks")
            self._refreshing.add_done_callback(retrieved)
        await asyncio.shield(self._refreshing)

    async def read_again(self, task_ids: Collection[str]) -> list[RecurringTask]:
        """Reread these tasks. Raises like `refresh`."""
        ids = sorted(task_ids)
        for some in (ids[n : n + _NAMED_AT_ONCE] for n in range(0, len(ids), _NAMED_AT_ONCE)):
            await self._read(f"{naming.TASK_ID.name} IN {literals(some)}")
        return [task for task in self.all if task.task_id in task_ids]

    async def due(
        self, since: datetime, until: datetime, among: Collection[RecurringTask] | None = None
    ) -> dict[str, set[datetime]]:
        """What is due after `since` and up to `until`, by task; all tasks, or those in `among`."""
        tasks = list(self.all if among is None else among)
        return await to_thread.run_sync(due, tasks, since, until)

    async def _refresh(self) -> None:
        now = self._temporal.now()
        if self._read_at is None:
            # An interrupted first walk continues where it stopped.
            await self._read_a_page()
            while self._walks:
                await self._read_a_page()
            self._read_again_at = now
            await self._read_ended(now - LOOK_BACK - _LAG)
        else:
            changed = self._read_at - _LAG
            await self._read(f"ExecutionStatus = 'Running' AND StartTime > {instant(changed)}")
            await self._read_ended(changed)
            pages = min((now - self._read_again_at) // _PAGE_EVERY, len(self._known) // PAGE + 1)
            for _ in range(pages):
                await self._read_a_page()
            if pages:
                self._read_again_at = now
        self._read_at = now
        oldest = now - LOOK_BACK - _LAG
        for run in [run for run, task in self._known.items() if (task.ended_at or now) < oldest]:
            self._forget(run)

    async def _read_a_page(self) -> None:
        """Read the next page of a walk through all open tasks, which then starts over."""
        if not self._walks:
            self._walks = [OpenWalk(self._temporal, _of(kind), limit=PAGE) for kind in _KINDS]
        walk = self._walks[0]
        await self._learn(await patiently(walk.page, patient=self._patient))
        if walk.over:
            self._walks.pop(0)

    async def _read_ended(self, since: datetime) -> None:
        # To PostgreSQL, open ones close at the end of time; leave them out.
        future = instant(self._temporal.now() + LOOK_BACK)
        await self._read(f"CloseTime > {instant(since)} AND CloseTime < {future}")

    async def _read(self, which: str) -> None:
        """Read all matching rows, one kind after the other: stores have them in order by kind."""
        for kind in _KINDS:
            token: bytes | None = b""
            while token is not None:
                page = await self._page(f"{_of(kind)} AND {which}", token)
                await self._learn(page.rows)
                token = page.token or None

    async def _page(self, query: str, token: bytes) -> RawRows:
        def read(within: timedelta | None) -> Awaitable[RawRows]:
            return raw_rows(self._temporal, query, limit=PAGE, token=token, within=within)

        return await patiently(read, patient=self._patient)

    async def _learn(self, rows: Sequence[WorkflowExecutionInfo]) -> None:
        fresh = []
        for row in rows:
            data = row.memo.fields[naming.TASK_MEMO].data if _counts(row) else None
            if data is None:
                self._forget(row.execution.run_id)
            elif hash(data) != self._memos.get(row.execution.run_id):
                fresh.append(row)
            if known := self._known.get(row.execution.run_id):
                _ended(known, row)
        async for row, memo in decoded_rows(self._temporal, fresh):
            await self._learn_one(row, memo)

    async def _learn_one(self, row: WorkflowExecutionInfo, memo: TaskRow | None) -> None:
        run_id, began = row.execution.run_id, row.start_time.ToDatetime(tzinfo=UTC)
        if (
            memo is None
            or isinstance(memo.definition.trigger, OnceTrigger)
            or came_too_late(memo, began)
        ):
            self._forget(run_id)
            return
        calendars = await calendars_for(self._temporal, memo.definition.trigger)
        changes = [memo.updated_at] if memo.revision > 1 else []
        changes += [memo.calendars_since] if memo.calendars_since else []
        self._known[run_id] = known = RecurringTask(
            task_id=naming.id_in(row.execution.workflow_id),
            revision=memo.revision,
            created_at=memo.created_at,
            trigger=stored_trigger(memo.definition.trigger),
            jitter=memo.definition.trigger.jitter,
            calendars=calendars,
            changed_at=max(changes, default=None),
            paused=memo.definition.paused,
        )
        _ended(known, row)
        if calendars is NO_CALENDARS:
            # A calendar's days may change without the memo.
            self._memos[run_id] = hash(row.memo.fields[naming.TASK_MEMO].data)

    def _forget(self, run_id: str) -> None:
        self._known.pop(run_id, None)
        self._memos.pop(run_id, None)


def _of(kind: str) -> str:
    return f"WorkflowType = '{naming.TASK}' AND {naming.KIND.name} = '{kind}'"


def _counts(row: WorkflowExecutionInfo) -> bool:
    """Whether the row is a task's current execution."""
    return (
        naming.TASK_MEMO in row.memo.fields
        and WorkflowExecutionStatus(row.status) is not WorkflowExecutionStatus.CONTINUED_AS_NEW
        and attribute(row, naming.STATUS.name) != naming.State.DELETED
    )


def _ended(known: RecurringTask, row: WorkflowExecutionInfo) -> None:
    ended = row.close_time.ToDatetime(tzinfo=UTC) if row.HasField("close_time") else None
    known.ended_at = ended
    status = WorkflowExecutionStatus(row.status)
    known.terminated = status is WorkflowExecutionStatus.TERMINATED
