"""Explains why a past instant of a schedule has no run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from onthedot.scheduling.ledger.entries import PROMISE, LedgerEntry, LedgerState, Reason
from onthedot.scheduling.ledger.evidence import Evidence, SeenRun
from onthedot.scheduling.ledger.expected import Expected
from onthedot.scheduling.ledger.explanation import detail
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.trigger import OnceTrigger

#: Policies under which an instant that comes up during a run may still run.
_WAIT = {OverlapPolicy.BUFFER_ONE, OverlapPolicy.BUFFER_ALL, OverlapPolicy.CANCEL_OTHER}

#: By then Temporal's lists show what it has done.
_SEEN_AFTER = timedelta(seconds=2)


class NotStarted:
    """Explains the instants of one ledger, in order: some reasons apply to a limited number."""

    def __init__(self, instants: Sequence[Expected], evidence: Evidence) -> None:
        self._evidence = evidence
        self._schedule = evidence.schedule
        self._too_late = evidence.schedule.missed if evidence.schedule else 0
        self._opened = sorted(seen.opened for seen in evidence.runs)
        self._ran = {seen.nominal for seen in evidence.runs if seen.triggered}
        self._waiting = _waiting(instants, evidence, self._ran)

    def explain(self, one: Expected) -> LedgerEntry:
        """The entry of a past instant that should have run and has no run."""
        if policy := self._by_policy(one):
            return policy
        schedule = self._schedule
        if schedule is None:
            gone = self._evidence.end is None
            reason = Reason.SCHEDULE_MISSING if gone else Reason.NO_RUN
            return entry(one, LedgerState.UNKNOWN, reason)
        if one.at <= schedule.created_at:
            taken_up_at = self._evidence.taken_up_at
            if taken_up_at is not None and one.at <= taken_up_at:
                return entry(one, LedgerState.MISSED, Reason.NO_WORKER)
            return entry(one, LedgerState.UNKNOWN, Reason.SCHEDULE_MISSING)
        if one.entry.revision == self._evidence.revision:
            if schedule.paused:
                return entry(one, LedgerState.UNKNOWN, Reason.SCHEDULE_PAUSED)
            if schedule.revision != self._evidence.revision:
                return entry(one, LedgerState.UNKNOWN, Reason.SCHEDULE_CHANGED)
        if schedule.next_at is not None and schedule.next_at <= one.due:
            return entry(one, LedgerState.LATE, Reason.BEHIND)
        if self._came_up_too_late(one):
            return entry(one, LedgerState.MISSED, Reason.CATCHUP)
        return entry(one, LedgerState.UNKNOWN, Reason.NO_RUN)

    def already(self, one: Expected) -> LedgerEntry | None:
        """The entry of an instant that has just come up, if it is already certain."""
        schedule = self._schedule
        if self._evidence.end is not None:
            return self._by_policy(one)
        if schedule is None or self._evidence.now < one.due + _SEEN_AFTER:
            return None
        to_come = schedule.next_at is not None and schedule.next_at <= one.due
        return None if to_come else self._by_policy(one)

    def _by_policy(self, one: Expected) -> LedgerEntry | None:
        if self._used_up(one):
            return entry(one, LedgerState.SKIPPED, Reason.MAX_RUNS)
        if earlier := _in_the_way(one, self._evidence):
            if one.at in self._waiting:
                return entry(one, LedgerState.PENDING, Reason.OVERLAP, other=earlier)
            if one.entry.overlap is not OverlapPolicy.BUFFER_ALL:
                return entry(one, LedgerState.SKIPPED, Reason.OVERLAP, other=earlier)
        return None

    def _used_up(self, one: Expected) -> bool:
        trigger, schedule = one.entry.trigger, self._schedule
        if isinstance(trigger, OnceTrigger) or trigger.max_runs is None:
            return False
        left = self._evidence.remaining if schedule is None else schedule.remaining
        return left == 0 and all(nominal < one.at for nominal in self._ran)

    def _came_up_too_late(self, one: Expected) -> bool:
        """Whether it is among those that the schedule counted as past the catch-up window.

        The window passes only if Temporal does not process the task at all, so not if a run of the
        task started within it.
        """
        last = one.at + max(one.entry.catchup_window, PROMISE)
        if self._too_late <= 0 or any(one.at <= opened <= last for opened in self._opened):
            return False
        self._too_late -= 1
        return True


def overlapping(one: Expected, evidence: Evidence) -> SeenRun | None:
    """The run of an earlier instant that was in progress when this one was due."""
    begun = [seen for seen in _earlier(one, evidence) if seen.opened <= one.due]
    return latest(begun) if begun else None


def _in_the_way(one: Expected, evidence: Evidence) -> SeenRun | None:
    """The run of an earlier instant that was in progress when Temporal processed this one.

    After an outage Temporal processes many instants at the same moment, and begins the first.
    """
    earlier = _earlier(one, evidence)
    return overlapping(one, evidence) or (latest(earlier) if earlier else None)


def _earlier(one: Expected, evidence: Evidence) -> list[SeenRun]:
    """The runs of earlier instants that had not ended when this one was due, begun or not."""
    if one.entry.overlap is OverlapPolicy.ALLOW_ALL:
        return []
    return [
        seen
        for seen in evidence.runs
        if seen.triggered
        and seen.nominal < one.at
        and (seen.closed is None or seen.closed > one.at)
    ]


def not_taken_up(one: Expected, evidence: Evidence) -> LedgerEntry:
    """The entry of an instant of a task that no worker has processed yet."""
    if evidence.now < one.due + PROMISE:
        return entry(one, LedgerState.PENDING, Reason.NO_WORKER)
    in_time = evidence.now < one.at + max(one.entry.catchup_window, PROMISE)
    return entry(one, LedgerState.LATE if in_time else LedgerState.MISSED, Reason.NO_WORKER)


def latest(runs: Sequence[SeenRun]) -> SeenRun:
    """The run of the latest instant; of several, the one that began last."""
    return max(runs, key=lambda seen: (seen.nominal, seen.opened))


def entry(
    one: Expected,
    state: LedgerState,
    reason: Reason | None = None,
    *,
    run: SeenRun | None = None,
    other: SeenRun | None = None,
) -> LedgerEntry:
    """The entry of an instant, with its `run`, or explained by some `other` run."""
    shown = run or other
    return LedgerEntry(
        at=one.at,
        state=state,
        reason=reason,
        detail=detail(
            state,
            reason,
            entry=one.entry,
            run=shown.run if shown else None,
            due=one.due,
            opened=other.opened if other else None,
            why=one.why,
        ),
        revision=one.entry.revision,
        run=run.run if run else None,
    )


def _waiting(instants: Sequence[Expected], evidence: Evidence, ran: set[datetime]) -> set[datetime]:
    """The instants that Temporal buffers until the run in progress has ended."""
    going = [seen for seen in evidence.runs if seen.triggered and seen.closed is None]
    if not going:
        return set()
    since = latest(going).nominal
    kept = [
        one
        for one in instants
        if since < one.at <= evidence.now
        and one.at not in ran
        and not one.excluded
        and not one.entry.paused
        and one.entry.overlap in _WAIT
    ]
    if not kept:
        return set()
    match kept[-1].entry.overlap:
        case OverlapPolicy.BUFFER_ONE:
            kept = kept[:1]
        case OverlapPolicy.CANCEL_OTHER:
            kept = kept[-1:]
    return {one.at for one in kept}
