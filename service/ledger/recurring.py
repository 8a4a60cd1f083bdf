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
from collections.abc import Collection
from datetime import datetime, timedelta

from anyio import to_thread
from temporalio.client import (
    WorkflowExecution,
    WorkflowExecutionAsyncIterator,
    WorkflowExecutionStatus,
)

from onthedot import naming
from onthedot.scheduling.calendars.days import NO_CALENDARS
from onthedot.scheduling.ledger.audit_report import LOOK_BACK
from onthedot.scheduling.ledger.recurring_task import RecurringTask, due, stored_trigger
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.calendars.lookup import calendars_for
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import instant, literal
from onthedot.service.temporal.rows import PAGE, fetch_page
from onthedot.service.temporal.translate import known_row

_NAMED_AT_ONCE = 200

#: How often one page of a thousand tasks is reread.
_PAGE_EVERY = timedelta(seconds=30)

#: The longest lag of lists.
_LAG = timedelta(minutes=1)

_RECURRING = (
    f"WorkflowType = '{naming.TASK}' AND {naming.KIND.name} IN ('cron', 'interval') "
    f"AND ExecutionStatus != 'ContinuedAsNew'"
)


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
        self._walk: WorkflowExecutionAsyncIterator | None = None
        self._refreshing: asyncio.Task[None] | None = None

    @property
    def all(self) -> Collection[RecurringTask]:
        """The known executions: all open ones, and those that ended within a day."""
        return self._known.values()

    async def refresh(self) -> None:
        """Read what changed. This continues even if the caller stops waiting.

        Raises:
            TemporalUnavailable: Temporal does not respond.
        """
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh(), name="recurring tasks")
            self._refreshing.add_done_callback(_retrieved)
        await asyncio.shield(self._refreshing)

    async def read_again(self, task_ids: Collection[str]) -> list[RecurringTask]:
        """Reread these tasks. Raises like `refresh`."""
        ids = sorted(task_ids)
        for some in (ids[n : n + _NAMED_AT_ONCE] for n in range(0, len(ids), _NAMED_AT_ONCE)):
            named = f"{naming.TASK_ID.name} IN ({', '.join(map(literal, some))})"
            await self._read(f"{self._all()} AND {named}")
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
            while self._walk is not None:
                await self._read_a_page()
            self._read_again_at = now
        else:
            changed = instant(self._read_at - _LAG)
            await self._read(f"{_RECURRING} AND (StartTime > {changed} OR CloseTime > {changed})")
            pages = min((now - self._read_again_at) // _PAGE_EVERY, len(self._known) // PAGE + 1)
            for _ in range(pages):
                await self._read_a_page()
            if pages:
                self._read_again_at = now
        self._read_at = now
        oldest = now - LOOK_BACK - _LAG
        for run in [run for run, task in self._known.items() if (task.ended_at or now) < oldest]:
            del self._known[run]

    async def _read_a_page(self) -> None:
        """Read the next page of an endless walk through all tasks."""
        if self._walk is None:
            self._walk = self._temporal.client.list_workflows(self._all(), page_size=PAGE)
        await self._learn_page(self._walk)
        if not self._walk.next_page_token:
            self._walk = None

    async def _read(self, query: str) -> None:
        listed = self._temporal.client.list_workflows(query, page_size=PAGE)
        await self._learn_page(listed)
        while listed.next_page_token:
            await self._learn_page(listed)

    async def _learn_page(self, listed: WorkflowExecutionAsyncIterator) -> None:
        await fetch_page(self._temporal, listed, patient=self._patient)
        for row in listed.current_page or ():
            await self._learn(row)

    async def _learn(self, row: WorkflowExecution) -> None:
        memo = await known_row(row)
        if memo is None or isinstance(memo.definition.trigger, OnceTrigger):
            self._known.pop(row.run_id, None)
            return
        trigger, known = stored_trigger(memo.definition.trigger), self._known.get(row.run_id)
        calendars = await calendars_for(self._temporal, memo.definition.trigger)
        if (
            known is None
            or calendars is not NO_CALENDARS
            or (known.revision, known.trigger) != (memo.revision, trigger)
        ):
            changes = [memo.updated_at] if memo.revision > 1 else []
            changes += [memo.calendars_since] if memo.calendars_since else []
            known = RecurringTask(
                task_id=row.id.partition(":")[2],
                revision=memo.revision,
                created_at=memo.created_at,
                trigger=trigger,
                jitter=memo.definition.trigger.jitter,
                calendars=calendars,
                changed_at=max(changes, default=None),
                paused=memo.definition.paused,
            )
            self._known[row.run_id] = known
        known.ended_at = row.close_time
        known.terminated = row.status is WorkflowExecutionStatus.TERMINATED

    def _all(self) -> str:
        ended = instant(self._temporal.now() - LOOK_BACK - _LAG)
        return (
            f"{_RECURRING} AND {naming.STATUS.name} != '{naming.State.DELETED}' "
            f"AND (ExecutionStatus = 'Running' OR CloseTime > {ended})"
        )


def _retrieved(refreshing: asyncio.Task[None]) -> None:
    """Retrieve the error: waiting callers get it anyway, and the next caller tries again."""
    if not refreshing.cancelled():
        refreshing.exception()
