"""The standing audit: compares what was due with what ran, for all tasks in a period.

1. Tasks that earlier audits deferred come first.
2. Then two lists are compared, an hour at a time: what was due, and what ran. For most tasks they
   agree. Where they differ, the task's ledger is read, in order of ids. An instant with the result
   `unknown` is a finding, reported once.
3. A task's instants are decided in order. From the first undecided one on (its run may still wait
   for an earlier run), the task is deferred to the next audit. So is a task that cannot be read.
4. If time runs out, the audit reports its position, and the next one continues there. So a report
   stays small even after an outage of every task.
5. A task whose schedule is not as it should be is asked to repair it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from onthedot import naming
from onthedot.scheduling.errors import InvalidDefinition, TaskNotFound
from onthedot.scheduling.ledger.audit_report import (
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
from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerState, Reason
from onthedot.scheduling.notify import NotificationOrder
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.ledger.audit_walk import Walk, walk
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.ledger.missed_notifications import missed_notifications
from onthedot.service.ledger.recurring import RecurringTasks
from onthedot.service.temporal.calls import Temporal

#: How long one audit reads ledgers: a quarter of the interval between audits.
_READS_FOR = timedelta(minutes=1)

_SIDE_BY_SIDE = 4
_BATCH = 40

_REPAIRABLE = (Reason.SCHEDULE_MISSING, Reason.SCHEDULE_PAUSED, Reason.SCHEDULE_CHANGED)


@dataclass
class _Found:
    until: datetime
    """The position up to which it came."""
    after: str = ""
    stop_at: float = 0.0
    """When it stops reading, by the loop's clock."""
    tasks: int = 0
    instants: int = 0
    findings: list[Finding] = field(default_factory=list)
    suspects: dict[str, Suspect] = field(default_factory=dict)
    notifications: list[NotificationOrder] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    unexamined: int = 0

    @property
    def full(self) -> bool:
        """Whether the rest has to wait for the next audit."""
        late = asyncio.get_running_loop().time() > self.stop_at
        return late or len(self.suspects) > MOST_PUT_OFF - _BATCH

    def reads_for(self, time: timedelta) -> None:
        """Allow this much time to read ledgers, from now."""
        self.stop_at = asyncio.get_running_loop().time() + time.total_seconds()

    def put_off(self, task_id: str, since: datetime, until: datetime) -> None:
        """Defer a task to the next audit."""
        self.suspects[task_id] = Suspect(task_id=task_id, since=since, until=until)

    def report(self, since: datetime) -> AuditReport:
        """The report of the audit."""
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
    """Carries out audits for the worker that runs the activity."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._ledger = Ledger(temporal)
        self._tasks = RecurringTasks(temporal, patient=True)

    async def audit(self, order: AuditOrder) -> Audited:
        """Audit a period, and what earlier audits deferred.

        Raises:
            TemporalUnavailable: Temporal does not respond; the call may be repeated.
        """
        found = _Found(until=order.since, after=order.after)
        found.reads_for(_READS_FOR / 2)
        put_off = {one.task_id: (one.since, one.until) for one in order.suspects}
        read = await self._settle_all(put_off, list(put_off), found)
        # Tasks for which time ran out come first in the next audit.
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
            notifications=tuple(found.notifications),
        )

    async def _settle_span(self, walked: Walk, found: _Found) -> bool:
        """Read the ledgers of tasks that differ; returns whether there was time for all."""
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
        """Read the ledgers of these tasks in turn; returns how many there was time for."""
        limit = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def closely(task_id: str) -> None:
            async with limit:
                await self._settle(task_id, *spans[task_id], found)

        for n in range(0, len(ids), _BATCH):
            # Read at least one, so that each audit makes progress.
            if n and found.full:
                return n
            async with asyncio.TaskGroup() as group:
                for task_id in ids[n : n + _BATCH]:
                    group.create_task(closely(task_id))
        return len(ids)

    async def _settle(self, task_id: str, since: datetime, until: datetime, found: _Found) -> None:
        """Read the ledger of one task; defer it if it cannot be read now."""
        try:
            page = await self._ledger.of(task_id, since, until)
            entries, left = _settled([e for e in page.items if e.at > since])
            unknown = [entry for entry in entries if entry.state is LedgerState.UNKNOWN]
            if any(entry.reason in _REPAIRABLE for entry in unknown):
                await self._request_repair(task_id)
            missed = [e for e in entries if e.gap or (e.state is LedgerState.MISSED and not e.run)]
            notifications = await missed_notifications(self._temporal, task_id, missed)
        except TaskNotFound:
            return
        except InvalidDefinition:
            found.unexamined += 1
            return
        except TemporalUnavailable:
            found.put_off(task_id, since, until)
            return
        found.findings += [_finding(task_id, entry) for entry in unknown]
        found.notifications += notifications
        found.missed += Missed.among(task_id, entries)
        if left is not None:
            found.put_off(task_id, left - JUST_BEFORE, until)

    async def _request_repair(self, task_id: str) -> None:
        handle = self._temporal.client.get_workflow_handle(naming.task_workflow(task_id))
        await self._temporal.ask_or_none(handle.signal(naming.CHECK_SCHEDULE))


def _settled(entries: Sequence[LedgerEntry]) -> tuple[list[LedgerEntry], datetime | None]:
    """The entries before the first undecided one, and the instant of that one."""
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
