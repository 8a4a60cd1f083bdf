"""The standing audit: compares the ledgers of all tasks over a span.

1. What earlier audits put off is looked at again.
2. Then hour by hour two lists are compared: what is due, and what ran. Most tasks agree, and cost
   nothing more. Of the others the ledger is read, in the order of their ids. What it reads unknown
   is a finding, once.
3. The instants of a task are settled in order. At the first one that is not (its run still waits
   for an earlier one, say) the rest of the task is put off to the next audit.
4. Where there is more to read than there is time for, the audit says how far it came, and the next
   one goes on there: after an outage of every task, too, a report is as small as ever.
5. A task whose schedule is not as it should be is asked to look at it, which mends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.errors import InvalidDefinition, TaskNotFound
from onthedot.scheduling.ledger.audit import (
    JUST_BEFORE,
    LONGEST_SPAN,
    MOST_MISSED,
    MOST_PUT_OFF,
    Audited,
    AuditOrder,
    AuditReport,
    Finding,
    Missed,
    Suspect,
)
from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerPage, LedgerState, Reason
from onthedot.scheduling.notify import NotificationOrder, NotifyEvent, message
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.ledger.audit_walk import Walk, walk
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.ledger.recurring import RecurringTasks
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal

#: For how long one audit reads ledgers: a quarter of the time from one to the next.
_READS_FOR = timedelta(minutes=1)

_SIDE_BY_SIDE = 4
_BATCH = 40
_TRIES = 3
_AGAIN = timedelta(seconds=1)

_MENDABLE = (Reason.SCHEDULE_MISSING, Reason.SCHEDULE_PAUSED, Reason.SCHEDULE_CHANGED)


@dataclass
class _Found:
    until: datetime
    """How far it came."""
    after: str = ""
    stop_at: float = 0.0
    """When it reads no more, by the loop's clock."""
    tasks: int = 0
    instants: int = 0
    findings: list[Finding] = field(default_factory=list)
    suspects: dict[str, Suspect] = field(default_factory=dict)
    to_tell: list[NotificationOrder] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    unexamined: int = 0

    @property
    def full(self) -> bool:
        """Whether it has to leave the rest to the next audit."""
        late = asyncio.get_running_loop().time() > self.stop_at
        return late or len(self.suspects) > MOST_PUT_OFF - _BATCH

    def reads_for(self, time: timedelta) -> None:
        """Have it read ledgers for so long from now on."""
        self.stop_at = asyncio.get_running_loop().time() + time.total_seconds()

    def put_off(self, task_id: str, since: datetime, until: datetime) -> None:
        """Have the next audit look at a task again."""
        self.suspects[task_id] = Suspect(task_id=task_id, since=since, until=until)

    def report(self, since: datetime) -> AuditReport:
        """What is kept of it."""
        latest = sorted(self.missed, key=lambda one: one.at, reverse=True)
        return AuditReport(
            since=since,
            until=self.until,
            after=self.after,
            tasks=self.tasks,
            instants=self.instants,
            gaps=len(self.findings),
            unexamined=self.unexamined,
            suspects=tuple(self.suspects.values()),
            missed=tuple(latest[:MOST_MISSED]),
            unlisted=len(latest[MOST_MISSED:]),
        )


class Audit:
    """Audits on behalf of the worker that runs the standing audit."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._ledger = Ledger(temporal)
        self._tasks = RecurringTasks(temporal, patient=True)

    async def audit(self, order: AuditOrder) -> Audited:
        """Compare all ledgers over a span, and settle what earlier audits put off.

        Raises:
            TemporalUnavailable: Temporal does not answer; nothing is lost if it is repeated.
        """
        found = _Found(until=order.since, after=order.after)
        found.reads_for(_READS_FOR / 2)
        put_off = {one.task_id: (one.since, one.until) for one in order.suspects}
        read = await self._settle_all(put_off, list(put_off), found)
        # Those that there was no time for come first the next time.
        left = {one.task_id: one for one in order.suspects[read:]}
        found.suspects = {**left, **found.suspects}
        found.reads_for(_READS_FOR)
        while found.until < order.until:
            until = min(order.until, found.until + LONGEST_SPAN)
            walked = await walk(self._temporal, self._tasks, found.until, until, patient=True)
            if not await self._settle_span(walked, found):
                break
            found.until, found.after = until, ""
            if found.full:
                break
        return Audited(
            report=found.report(order.since),
            findings=tuple(found.findings),
            to_tell=tuple(found.to_tell),
        )

    async def _settle_span(self, walked: Walk, found: _Found) -> bool:
        """Read the ledgers of those that differ; whether there was time for all."""
        if not found.after:
            found.findings += walked.terminated
            found.instants += walked.instants
        found.tasks = walked.tasks
        spans = {}
        for task_id, (since, until) in walked.differing.items():
            if task_id <= found.after:
                continue
            if task_id in found.suspects:
                found.put_off(task_id, found.suspects[task_id].since, until)
            else:
                spans[task_id] = (since, until)
        ids = sorted(spans)
        read = await self._settle_all(spans, ids, found)
        if read < len(ids):
            found.after = ids[read - 1] if read else found.after
        return read == len(ids)

    async def _settle_all(
        self, spans: dict[str, tuple[datetime, datetime]], ids: Sequence[str], found: _Found
    ) -> int:
        """Read the ledgers of these tasks in turn; how many there was time for."""
        limit = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def closely(task_id: str) -> None:
            async with limit:
                await self._settle(task_id, *spans[task_id], found)

        for n in range(0, len(ids), _BATCH):
            # However little time there is, it comes a step further.
            if n and found.full:
                return n
            async with asyncio.TaskGroup() as group:
                for task_id in ids[n : n + _BATCH]:
                    group.create_task(closely(task_id))
        return len(ids)

    async def _settle(self, task_id: str, since: datetime, until: datetime, found: _Found) -> None:
        """Read the ledger of one task. One that cannot be read now is no reason to begin again."""
        try:
            page = await self._read(task_id, since, until)
            entries, left = _settled([e for e in page.items if e.at > since])
            unknown = [entry for entry in entries if entry.state is LedgerState.UNKNOWN]
            if any(entry.reason in _MENDABLE for entry in unknown):
                await self._have_mended(task_id)
            missed = [e for e in entries if e.gap or (e.state is LedgerState.MISSED and not e.run)]
            to_tell = await self._to_tell(task_id, missed) if missed else []
        except TaskNotFound:
            return
        except InvalidDefinition:
            found.unexamined += 1
            return
        except TemporalUnavailable:
            found.put_off(task_id, since, until)
            return
        found.findings += [_finding(task_id, entry) for entry in unknown]
        found.to_tell += to_tell
        found.missed += [
            Missed(task_id=task_id, at=entry.at, state=entry.state, reason=entry.reason)
            for entry in entries
            if entry.not_run and entry.run is None
        ]
        if left is not None:
            found.put_off(task_id, left - JUST_BEFORE, until)

    async def _read(self, task_id: str, first: datetime, last: datetime) -> LedgerPage:
        for _ in range(_TRIES - 1):
            try:
                return await self._ledger.of(task_id, first, last)
            except TemporalUnavailable:
                await asyncio.sleep(_AGAIN.total_seconds())
        return await self._ledger.of(task_id, first, last)

    async def _have_mended(self, task_id: str) -> None:
        handle = self._temporal.client.get_workflow_handle(naming.task_workflow(task_id))
        try:
            await self._temporal.ask(handle.signal(naming.CHECK_SCHEDULE))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def _to_tell(
        self, task_id: str, missed: Sequence[LedgerEntry]
    ) -> list[NotificationOrder]:
        """One notification for what one task missed in this span: its latest instant, how many."""
        try:
            definition = (await Tasks(self._temporal).state(task_id)).definition
        except TaskNotFound:
            return []
        notify, last = definition.notify, missed[-1]
        if notify is None or not notify.on_missed:
            return []
        told = {
            "id": None,
            "task_id": task_id,
            "status": "missed",
            "missed": len(missed),
            "error": {"type": last.reason, "message": last.detail},
            "scheduled_for": last.model_dump(mode="json")["at"],
        }
        body = message(NotifyEvent.MISSED, name=definition.name, failures=0, run=told)
        return [
            NotificationOrder(
                event=NotifyEvent.MISSED,
                task_id=task_id,
                at=last.at,
                action=notify.action(body),
            )
        ]


def _settled(entries: Sequence[LedgerEntry]) -> tuple[list[LedgerEntry], datetime | None]:
    """The entries before the first one that is not settled yet, and when that one is."""
    for n, entry in enumerate(entries):
        if entry.run is None and entry.state in (LedgerState.PENDING, LedgerState.LATE):
            return list(entries[:n]), entry.at
    return list(entries), None


def _finding(task_id: str, entry: LedgerEntry) -> Finding:
    assert entry.reason is not None
    return Finding(
        task=task_id,
        at=entry.at,
        state=entry.state,
        reason=entry.reason,
        detail=entry.detail,
        run=entry.run.id if entry.run else "",
    )
