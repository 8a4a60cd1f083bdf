"""What did not run in a period: the findings of audits, and what they have not covered yet.

1. Each audit leaves its findings: numbers in its list entry, details in its result.
2. What it left undecided, and the latest minutes, are examined here, for a second at most.
3. Nothing is known about the time before the first audit and gaps between audits.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import WorkflowExecution
from temporalio.service import RPCError

from onthedot import naming
from onthedot.naming.queries import instant
from onthedot.scheduling.errors import InvalidDefinition, TaskNotFound
from onthedot.scheduling.ledger.audit_report import (
    JUST_BEFORE,
    LONGEST_SPAN,
    AuditNumbers,
    AuditReport,
    Missed,
    Suspect,
)
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.ledger.audit_walk import walk
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.ledger.recurring import RecurringTasks
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.raw_rows import raw_rows

#: How long to examine what no audit has covered, while a caller waits.
_PATIENCE = timedelta(seconds=1)

#: How many ledgers are read for one request.
_MOST_LEDGERS = 100

_SIDE_BY_SIDE = 8
_PAGE = 1000
_MOST_PAGES = 5
_KEPT = 500
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class MissedInstants:
    """What did not run, latest first; everything, if `complete`."""

    instants: tuple[Missed, ...]
    complete: bool


@dataclass(frozen=True)
class _Audit:
    execution: str
    workflow_id: str
    numbers: AuditNumbers


class NotRun:
    """Reads what did not run."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._ledger = Ledger(temporal)
        # A caller may leave before that; the reading continues for the next one.
        self._tasks = RecurringTasks(temporal, patient=True)
        self._reports: OrderedDict[str, AuditReport] = OrderedDict()
        self._seen: dict[tuple[str, datetime], Missed] = {}
        """What was found before the audits; kept, because next time there may be less time."""

    async def read(
        self,
        since: datetime,
        until: datetime,
        tasks: Collection[str] | None = None,
        *,
        fresh: bool = True,
    ) -> MissedInstants:
        """What did not run from `since` to `until`, of these tasks or of all.

        Without `fresh`, what no audit has covered is left out.
        """
        audits, whole = await self._audits(since)
        begun, reached = _reach(audits, since)
        whole &= begun <= since or not await self._anything_before(begun)
        reports = await self._all(
            audit for audit in audits if audit.numbers.missed or audit is audits[0]
        )
        found = {(one.task_id, one.at): one for report in reports for one in report.missed}
        unlisted = any(audit.numbers.unlisted for audit in audits)
        seen = reached >= until
        if fresh:
            suspects = reports[0].suspects if reports else ()
            begin = max(since - JUST_BEFORE, reached)
            latest, seen = await self._fresh(begin, until, suspects)
            found |= self._remembered(latest, after=reached - LONGEST_SPAN)
        fitting = [
            one
            for one in found.values()
            if since <= one.at <= until and (tasks is None or one.task_id in tasks)
        ]
        fitting.sort(key=lambda one: (one.at, one.task_id), reverse=True)
        return MissedInstants(tuple(fitting), whole and seen and not unlisted)

    def _remembered(
        self, latest: Sequence[Missed], *, after: datetime
    ) -> dict[tuple[str, datetime], Missed]:
        still = {key: one for key, one in self._seen.items() if one.at > after}
        self._seen = still | {(one.task_id, one.at): one for one in latest}
        for key in list(self._seen)[: max(0, len(self._seen) - _MOST_REMEMBERED)]:
            del self._seen[key]
        return self._seen

    async def _audits(self, since: datetime) -> tuple[list[_Audit], bool]:
        """The audits that examined anything after `since`, latest first."""
        listed = self._temporal.client.list_workflows(
            f"WorkflowType = '{naming.AUDIT}' AND ExecutionStatus = 'Completed' "
            f"AND CloseTime > {instant(since)}",
            page_size=_PAGE,
        )
        found: list[_Audit] = []
        for _ in range(_MOST_PAGES):
            await self._temporal.ask(listed.fetch_next_page())
            found += [audit for row in listed.current_page or () if (audit := await _audit(row))]
            if not listed.next_page_token:
                break
        found.sort(key=lambda audit: audit.numbers.until, reverse=True)
        return found, not listed.next_page_token

    async def _all(self, audits: Iterable[_Audit]) -> list[AuditReport]:
        places = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def one(audit: _Audit) -> AuditReport | None:
            async with places:
                return await self._report(audit)

        reports = await asyncio.gather(*map(one, audits))
        return [report for report in reports if report is not None]

    async def _report(self, audit: _Audit) -> AuditReport | None:
        if audit.execution in self._reports:
            return self._reports[audit.execution]
        handle = self._temporal.client.get_workflow_handle(
            audit.workflow_id, run_id=audit.execution, result_type=AuditReport
        )
        try:
            report: AuditReport = await self._temporal.ask(handle.result())
        except RPCError:
            # Its retention has ended since it was listed.
            return None
        self._reports[audit.execution] = report
        while len(self._reports) > _KEPT:
            self._reports.popitem(last=False)
        return report

    async def _anything_before(self, at: datetime) -> bool:
        """Whether a task existed before the first known audit."""
        query = f"WorkflowType = '{naming.TASK}' AND StartTime < {instant(at)}"
        return bool((await raw_rows(self._temporal, query, limit=1)).rows)

    async def _fresh(
        self, since: datetime, until: datetime, suspects: Sequence[Suspect]
    ) -> tuple[list[Missed], bool]:
        """What no audit has decided, and whether there was time to examine all of it."""
        found: list[Missed] = []
        wanted: dict[str, tuple[datetime, datetime]] = {}
        for suspect in suspects:
            wanted[suspect.task_id] = (suspect.since, suspect.until)
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                if until > since:
                    walked = await walk(self._temporal, self._tasks, since, until)
                    for task_id, (first, last) in walked.differing.items():
                        known = wanted.get(task_id, (first, last))
                        wanted[task_id] = (min(first, known[0]), max(last, known[1]))
                places = asyncio.Semaphore(_SIDE_BY_SIDE)

                async def one(task_id: str) -> None:
                    async with places:
                        found.extend(await self._of(task_id, *wanted[task_id]))

                await asyncio.gather(*map(one, sorted(wanted)[:_MOST_LEDGERS]))
        except (TimeoutError, TemporalUnavailable):
            return found, False
        return found, len(wanted) <= _MOST_LEDGERS

    async def _of(self, task_id: str, since: datetime, until: datetime) -> list[Missed]:
        try:
            page = await self._ledger.of(task_id, since, until)
        except (TaskNotFound, InvalidDefinition):
            return []
        return Missed.among(task_id, page.items)


async def _audit(row: WorkflowExecution) -> _Audit | None:
    """An audit with its numbers; None for an earlier release's, which left none."""
    numbers = await row.memo_value(naming.AUDIT_MEMO, None, type_hint=AuditNumbers)
    return None if numbers is None else _Audit(row.run_id, row.id, numbers)


def _reach(audits: Sequence[_Audit], since: datetime) -> tuple[datetime, datetime]:
    """The period that the latest audits cover without a gap."""
    if not audits:
        return since, since
    begun, reached = audits[0].numbers.since, audits[0].numbers.until
    for audit in audits[1:]:
        if audit.numbers.until < begun:
            break
        begun = min(begun, audit.numbers.since)
    return begun, reached
