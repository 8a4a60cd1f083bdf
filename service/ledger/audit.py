"""The standing audit: compares the ledgers of all tasks over a span.

1. Two lists are walked: what is due, and what ran. Most tasks agree, and cost nothing more.
2. Of the others the ledger is read. What it reads unknown is a finding; what is not settled yet is
   put off to the next audit.
3. A task whose schedule is not as it should be is asked to look at it, which mends it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.errors import InvalidDefinition, TaskNotFound, TemporalUnavailable
from onthedot.scheduling.ledger.audit import (
    MOST_CLOSELY,
    MOST_INSTANTS,
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
from onthedot.service.ledger.audit_walk import walk
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal

_SIDE_BY_SIDE = 4
_TRIES = 3
_AGAIN = timedelta(seconds=1)

_MENDABLE = (Reason.SCHEDULE_MISSING, Reason.SCHEDULE_PAUSED, Reason.SCHEDULE_CHANGED)


@dataclass
class _Wanted:
    """The instants of one task to settle: those, and all of a span where a list cannot tell."""

    instants: set[datetime] = field(default_factory=set)
    since: datetime | None = None
    until: datetime | None = None

    def span(self, since: datetime, until: datetime) -> None:
        """All after `since` up to `until`; of two spans, what lies between, too."""
        self.since = min(self.since or since, since)
        self.until = max(self.until or until, until)

    def includes(self, at: datetime) -> bool:
        """Whether this instant is to be settled."""
        if self.since is not None and self.until is not None and self.since < at <= self.until:
            return True
        return at in self.instants


@dataclass
class _Found:
    findings: list[Finding] = field(default_factory=list)
    suspects: list[Suspect] = field(default_factory=list)
    to_tell: list[NotificationOrder] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    unexamined: int = 0


class Audit:
    """Audits on behalf of the worker that runs the standing audit."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._ledger = Ledger(temporal)

    async def audit(self, order: AuditOrder) -> Audited:
        """Compare all ledgers over a span, and settle what earlier audits put off.

        Raises:
            TemporalUnavailable: Temporal does not answer; nothing is lost if it is repeated.
        """
        walked = await walk(self._temporal, order)
        found = _Found(findings=list(walked.terminated))
        wanted: dict[str, _Wanted] = defaultdict(_Wanted)
        for task_id, instants in walked.differing.items():
            wanted[task_id].instants.update(instants)
        for suspect in order.suspects:
            wanted[suspect.task_id].instants.update(suspect.instants)
            if suspect.since and suspect.until:
                wanted[suspect.task_id].span(suspect.since, suspect.until)
        for task_id in walked.changed:
            wanted[task_id].span(order.since, order.until)
        ordered = sorted(wanted, key=lambda task_id: (wanted[task_id].since is not None, task_id))
        limit = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def closely(task_id: str) -> None:
            async with limit:
                await self._settle(task_id, wanted[task_id], found)

        async with asyncio.TaskGroup() as group:
            for task_id in ordered[:MOST_CLOSELY]:
                group.create_task(closely(task_id))
        for task_id in ordered[MOST_CLOSELY:]:
            self._put_off(task_id, wanted[task_id], found)
        latest = sorted(found.missed, key=lambda one: one.at, reverse=True)
        return Audited(
            report=AuditReport(
                since=order.since,
                until=order.until,
                tasks=walked.tasks,
                instants=walked.instants,
                gaps=len(found.findings),
                unexamined=found.unexamined,
                suspects=tuple(found.suspects),
                missed=tuple(latest[:MOST_MISSED]),
                unlisted=len(latest[MOST_MISSED:]),
            ),
            findings=tuple(found.findings),
            to_tell=tuple(found.to_tell),
        )

    async def _settle(self, task_id: str, wanted: _Wanted, found: _Found) -> None:
        """Read the ledger of one task. One that cannot be read now is no reason to begin again."""
        ends = {at for at in (wanted.since, wanted.until) if at is not None}
        first, last = min(wanted.instants | ends), max(wanted.instants | ends)
        try:
            page = await self._read(task_id, first, last)
            entries = [entry for entry in page.items if wanted.includes(entry.at)]
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
            self._put_off(task_id, wanted, found)
            return
        found.findings += [_finding(task_id, entry) for entry in unknown]
        found.to_tell += to_tell
        found.missed += [
            Missed(task_id=task_id, at=entry.at, state=entry.state, reason=entry.reason)
            for entry in entries
            if entry.not_run and entry.run is None
        ]
        unsettled = {
            entry.at
            for entry in entries
            if entry.run is None and entry.state in (LedgerState.PENDING, LedgerState.LATE)
        }
        if unsettled:
            self._put_off(task_id, _Wanted(unsettled), found)

    async def _read(self, task_id: str, first: datetime, last: datetime) -> LedgerPage:
        for _ in range(_TRIES - 1):
            try:
                return await self._ledger.of(task_id, first, last)
            except TemporalUnavailable:
                await asyncio.sleep(_AGAIN.total_seconds())
        return await self._ledger.of(task_id, first, last)

    def _put_off(self, task_id: str, wanted: _Wanted, found: _Found) -> None:
        if len(found.suspects) >= MOST_PUT_OFF:
            found.unexamined += 1
            return
        found.suspects.append(
            Suspect(
                task_id=task_id,
                instants=tuple(sorted(wanted.instants)[:MOST_INSTANTS]),
                since=wanted.since,
                until=wanted.until,
            )
        )

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
