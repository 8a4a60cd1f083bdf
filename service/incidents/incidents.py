"""What went wrong in a period: failures by cause, what did not run, what started late.

1. Runs that failed, timed out or began late come from Temporal's list of runs.
2. What did not run comes from the audits; `not_run.py` examines the latest minutes, which no audit
   has covered yet.
3. For each group, the current health of the tasks that failed last is looked up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot import naming
from onthedot.naming.queries import literals
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition, OnTheDotError
from onthedot.scheduling.incidents.grouping import (
    WITNESSES,
    Group,
    grouped,
    incident,
    last_failures,
    never_began,
)
from onthedot.scheduling.incidents.incident import (
    MOST,
    Incident,
    Incidents,
    LateStart,
    LostInstants,
    MissedInstant,
)
from onthedot.scheduling.ledger.entries import PROMISE, LedgerState, Reason
from onthedot.scheduling.run import RunCause, RunStatus, ShortRun
from onthedot.scheduling.task import Health
from onthedot.service.incidents.failed_runs import FailedRuns
from onthedot.service.incidents.not_run import NotRun
from onthedot.service.incidents.runs_gone_wrong import Listed, late_runs
from onthedot.service.runs.of_tasks import task_ids, task_names
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.rows import PAGE, first_rows

#: The period that is examined without a `since`.
SPAN = timedelta(days=1)

#: When failed runs are first read in the background, and how often after that.
_BEGIN_SECONDS = 5.0
_EVERY_SECONDS = 120.0

_LOG = logging.getLogger("onthedot.service")


@dataclass(frozen=True)
class _Span:
    since: datetime
    until: datetime
    tasks: frozenset[str] | None
    """Whose incidents; None means all tasks."""


class IncidentReader:
    """Reads incidents. One instance serves a whole process, because the past does not change."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._not_run = NotRun(temporal)
        self._failed = FailedRuns(temporal)
        self.at_hand: Incidents | None = None
        """What `that_ran` told of the default span some minutes ago at most, if anything did."""

    async def read(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        tags: Sequence[str] = (),
        *,
        fresh: bool = True,
    ) -> Incidents:
        """What went wrong from `since` to `until`, both included, by the time it was due.

        `until` is now by default, `since` a day before that. Tasks must have all `tags`. Without
        `fresh`, what no audit has covered is left out.

        Raises:
            InvalidDefinition: the period is empty, or more than 5,000 tasks have the tags.
        """
        span = await self._span(since, until, tags)
        known, lost = await asyncio.gather(self._that_ran(span), self._without_a_run(span, fresh))
        return known.with_lost(lost)

    async def that_ran(self, since: datetime | None = None, tags: Sequence[str] = ()) -> Incidents:
        """The part of `read` from Temporal's list of runs, which is fast. Raises like `read`."""
        return await self._that_ran(await self._span(since, None, tags))

    async def without_a_run(self, since: datetime | None, tags: Sequence[str]) -> LostInstants:
        """The other part of `read`: the instants that have no run. Raises like `read`."""
        return await self._without_a_run(await self._span(since, None, tags), fresh=True)

    async def _span(
        self, since: datetime | None, until: datetime | None, tags: Sequence[str]
    ) -> _Span:
        now = self._temporal.now()
        end = min(until or now, now)
        if since is not None and since > (until or now):
            raise InvalidDefinition(FieldProblem("since", "must not be after `until`"))
        begin = min(since if since is not None else end - SPAN, end)
        tasks = None
        if tags:
            tasks = frozenset(await task_ids(self._temporal, TaskFilter(tags=tuple(tags))))
        return _Span(begin, end, tasks)

    async def _that_ran(self, span: _Span) -> Incidents:
        failed, late = await asyncio.gather(
            self._failed.read(span.since, span.until, span.tasks),
            late_runs(self._temporal, span.since, span.until, span.tasks),
        )
        groups = grouped(run for run in failed.runs if run.status is not RunStatus.SKIPPED)
        told = [_told(run) for run in failed.runs if _did_nothing(run)]
        began_late = _late_starts(failed, late)
        known = Incidents(
            since=span.since,
            until=span.until,
            items=tuple(await self._incidents(groups)),
            missed=(),
            late=tuple(began_late[:MOST]),
            complete=failed.complete and late.complete and len(began_late) <= MOST,
        )
        return known.with_lost(LostInstants(instants=tuple(told), complete=True))

    async def _without_a_run(self, span: _Span, fresh: bool) -> LostInstants:
        found = await self._not_run.read(span.since, span.until, span.tasks, fresh=fresh)
        shown = found.instants[:MOST]
        names = await task_names(self._temporal, {one.task_id for one in shown})
        instants = (
            MissedInstant(
                task_id=one.task_id,
                name=names.get(one.task_id, one.task_id),
                at=one.at,
                state=one.state,
                reason=one.reason,
            )
            for one in shown
        )
        return LostInstants(
            instants=tuple(instants), complete=found.complete and len(found.instants) <= MOST
        )

    async def keep_at_hand(self) -> None:
        """Read failed runs and recurring tasks in the background, so that the first caller after a
        bad night does not have to wait for them. Never ends."""
        await asyncio.sleep(_BEGIN_SECONDS)
        tasks_at_hand = False
        while True:
            try:
                await self._failed.catch_up(SPAN)
                self.at_hand = await self.that_ran()
                if not tasks_at_hand:
                    now = self._temporal.now()
                    await self._not_run.read(now - SPAN, now)
                    tasks_at_hand = True
            except OnTheDotError as error:
                self.at_hand = None
                _LOG.debug("failed runs cannot be read: %s", error)
            except Exception:
                self.at_hand = None
                _LOG.exception("failed runs could not be read")
            await asyncio.sleep(_EVERY_SECONDS)

    async def _incidents(self, groups: Sequence[Group]) -> list[Incident]:
        asked = {task_id for group in groups for task_id in group.latest()[:WITNESSES]}
        failing, last = await self._failing(asked), last_failures(groups)
        found = [incident(group, failing, last) for group in groups]
        return sorted(found, key=lambda one: (not one.ongoing, -one.runs))

    async def _failing(self, asked: Collection[str]) -> dict[str, bool]:
        """Which of these recurring tasks are failing."""
        found: dict[str, bool] = {}
        ids = sorted(asked)
        for some in (ids[n : n + PAGE] for n in range(0, len(ids), PAGE)):
            rows = await first_rows(
                self._temporal,
                f"WorkflowType = '{naming.TASK}' AND ExecutionStatus = 'Running' "
                f"AND {naming.HEALTH.name} = '{Health.FAILING}' "
                f"AND {naming.TASK_ID.name} IN {literals(some)}",
            )
            found |= {naming.id_in(row.id): True for row in rows}
        return found


def _did_nothing(run: ShortRun) -> bool:
    """Whether it came up, or reached a worker, too late to do anything."""
    came_up_late = run.status is RunStatus.SKIPPED and run.error and run.error.type == "Missed"
    return bool(came_up_late) or never_began(run)


def _told(run: ShortRun) -> MissedInstant:
    skipped = run.status is RunStatus.SKIPPED
    return MissedInstant(
        task_id=run.task_id,
        name=run.task_name or run.task_id,
        at=run.scheduled_for,
        state=LedgerState.MISSED,
        reason=Reason.CATCHUP if skipped else Reason.DEADLINE,
        run_id=run.id,
    )


def _late_starts(*lists: Listed) -> list[LateStart]:
    found = {run.id: run for listed in lists for run in listed.runs if _late(run)}
    return [
        LateStart(
            task_id=run.task_id,
            name=run.task_name or run.task_id,
            at=run.scheduled_for,
            started_at=run.started_at,
            lateness=run.lateness or timedelta(0),
            run_id=run.id,
        )
        for run in sorted(found.values(), key=lambda run: (run.scheduled_for, run.id), reverse=True)
    ]


def _late(run: ShortRun) -> bool:
    began = run.attempts > 0 and run.status is not RunStatus.SKIPPED
    late = run.lateness is not None and run.lateness > PROMISE
    return began and late and run.cause is RunCause.TRIGGER
