"""The use cases of the ledger: what happened at each instant, and why a task did not run."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.ledger.account import account
from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerPage, LedgerState, Why
from onthedot.scheduling.ledger.evidence import End, Evidence
from onthedot.scheduling.ledger.expected import Period, expected, instants_around, limited
from onthedot.scheduling.ledger.why import Standing, why_at, why_lately
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.arithmetic import SINGLE
from onthedot.service.calendars.lookup import with_calendars
from onthedot.service.ledger.task_evidence import (
    TaskEvidence,
    read_schedule_evidence,
    read_task_evidence,
)
from onthedot.service.runs.of_instants import seen_runs
from onthedot.service.tasks.rows import task_status
from onthedot.service.temporal.calls import Temporal

#: The default period of a ledger; the shorter one if the longer one has too many instants.
_SPANS = (timedelta(days=1), timedelta(hours=1))

#: How far back "why did it not run?" searches for an instant, step by step.
_LOOK_BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=31), timedelta(days=366))

_SECOND = timedelta(seconds=1)


class Ledger:
    """Compares what tasks should have done with what was done."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    async def of(
        self, task_id: str, since: datetime | None = None, until: datetime | None = None
    ) -> LedgerPage:
        """What happened at each instant of a task from `since` to `until`, both included.

        `until` is now by default, `since` a day before that. The ledger begins with the
        registration, and does not reach beyond the retention.

        Raises:
            TaskNotFound.
            InvalidDefinition: the period is empty, or has more than `MAX_INSTANTS`.
        """
        now = self._temporal.now()
        end = until or now
        if since is not None and since > end:
            raise InvalidDefinition(FieldProblem("since", "must not be after `until`"))
        spans = [end - since] if since else list(_SPANS)
        task = await read_task_evidence(self._temporal, task_id, end - spans[0])
        for n, span in enumerate(spans):
            try:
                return await self._page(task, end - span, end)
            except InvalidDefinition:
                if n + 1 == len(spans):
                    raise
        raise AssertionError("the last span is returned or refused")

    async def why(self, task_id: str, at: datetime | None = None) -> Why:
        """Why a task did or did not run at `at`; by default, the last time that it did not. Raises
        TaskNotFound."""
        now = self._temporal.now()
        task = await read_task_evidence(self._temporal, task_id, at or now - _LOOK_BACK[-1])
        if at is not None:
            jitter = _longest_jitter(task.periods())
            found = await self._entries(task, at - jitter - _SECOND, at)
            return why_at(await self._standing(task, at), at, found, jitter)
        found = []
        for span in _LOOK_BACK:
            try:
                found = await self._entries(task, now - span, now)
            except InvalidDefinition:
                break
            if found:
                break
        return why_lately(await self._standing(task, now), found)

    async def _page(self, task: TaskEvidence, since: datetime, until: datetime) -> LedgerPage:
        items = await self._entries(task, since, until)
        counts = Counter(entry.state for entry in items)
        return LedgerPage(
            task_id=task.task_id,
            since=min(max(since, self._oldest(task)), until),
            until=until,
            counts={state: counts[state] for state in LedgerState if counts[state]},
            items=tuple(items),
        )

    async def _entries(
        self, task: TaskEvidence, since: datetime, until: datetime
    ) -> list[LedgerEntry]:
        now, since = self._temporal.now(), max(since, self._oldest(task))
        if since > until:
            return []
        # A terminated task certainly fires no more.
        last = min(until, now) if task.end is End.TERMINATED else until
        periods = await with_calendars(self._temporal, task.periods())
        instants = await SINGLE.work_out(
            expected, periods, since=since, until=last, key=task.task_id
        )
        jitter = _longest_jitter(task.periods())
        runs, schedule = await asyncio.gather(
            seen_runs(self._temporal, task.task_id, since=since, until=until, jitter=jitter),
            read_schedule_evidence(self._temporal, task.task_id),
        )
        evidence = Evidence(
            now=now,
            revision=task.found.row.revision,
            runs=runs,
            schedule=schedule,
            taken_up_at=task.definitions.taken_up_at,
            ended_at=task.ended_at,
            end=task.end,
            remaining=task.found.row.remaining,
            frozen=task.found.row.frozen,
        )
        if schedule is not None:
            instants = limited(instants, now=now, remaining=schedule.remaining)
        return account(instants, evidence, since=since, until=until)

    def _oldest(self, task: TaskEvidence) -> datetime:
        kept = self._temporal.now() - self._temporal.settings.retention
        return max(kept, task.registered_at)

    async def _standing(self, task: TaskEvidence, at: datetime) -> Standing:
        row, now = task.found.row, self._temporal.now()
        periods = await with_calendars(self._temporal, task.periods())
        before, after = await SINGLE.work_out(instants_around, periods, at, task.task_id)
        return Standing(
            task_id=task.task_id,
            status=task_status(task.found.execution, task.found.definition, now),
            created_at=task.registered_at,
            paused_at=row.paused_at or row.updated_at,
            paused_by=row.paused_by if row.paused_at else row.updated_by,
            note=row.note,
            ended_at=task.ended_at,
            before=before,
            after=after,
        )


def _longest_jitter(periods: Sequence[Period]) -> timedelta:
    triggers = [period.entry.trigger for period in periods]
    return max(
        (trigger.jitter for trigger in triggers if not isinstance(trigger, OnceTrigger)),
        default=timedelta(0),
    )
