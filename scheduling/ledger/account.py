"""What happened at each instant: compares the definition with what Temporal shows.

1. If an instant has a run, the run decides; `unknown` if the definition forbids the run.
2. If not, the definition decides if it can: excluded, paused, in the future.
3. Otherwise other evidence decides: runs in progress, the state of the schedule, and its own count
   of instants that came up too late. Evidence counts only if the runs agree with it: for example,
   nothing came up too late while the schedule was starting runs.
4. An instant without an explanation is `unknown`: a gap.
5. A run at an instant that no definition names is `unknown` too.
6. A retry that succeeded or is in progress decides an instant that was not carried out before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from onthedot.scheduling.ledger.entries import PROMISE, LedgerEntry, LedgerState, Reason
from onthedot.scheduling.ledger.evidence import End, Evidence, SeenRun
from onthedot.scheduling.ledger.expected import Expected
from onthedot.scheduling.ledger.explanation import detail
from onthedot.scheduling.ledger.not_started import (
    NotStarted,
    entry,
    latest,
    not_taken_up,
    overlapping,
)
from onthedot.scheduling.run import RunStatus

#: The state of an instant by the status of its retry.
_RETRIED = {
    RunStatus.SUCCEEDED: LedgerState.RAN,
    RunStatus.RUNNING: LedgerState.RUNNING,
}


def account(
    instants: Sequence[Expected], evidence: Evidence, *, since: datetime, until: datetime
) -> list[LedgerEntry]:
    """One entry per instant from `since` to `until`, in order.

    `evidence.runs` are all runs of these instants, and those in progress at any of them.
    """
    runs: dict[datetime, list[SeenRun]] = defaultdict(list)
    for seen in evidence.runs:
        if since <= seen.nominal <= until:
            runs[seen.nominal].append(seen)
    not_started = NotStarted(instants, evidence)
    found = []
    for one in instants:
        every = runs.pop(one.at, [])
        mine = [seen for seen in every if not seen.retried]
        at_first = _with_runs(one, mine, evidence) if mine else _without(one, evidence, not_started)
        found.append(_retried(one, at_first, [seen for seen in every if seen.retried]))
    found += [extra for at, others in runs.items() if (extra := _unexpected(at, others))]
    return sorted(found, key=lambda entry: entry.at)


def _with_runs(one: Expected, runs: list[SeenRun], evidence: Evidence) -> LedgerEntry:
    triggered = [seen for seen in runs if seen.triggered]
    seen = latest(triggered or runs)
    if not triggered:
        state, _ = _of_run(seen)
        ran = LedgerState.RAN if state is LedgerState.LATE else state
        return entry(one, ran, Reason.BACKFILL, run=seen)
    if evidence.end is End.TERMINATED and _after_end(one, evidence):
        return entry(one, LedgerState.UNKNOWN, Reason.TASK_TERMINATED, run=seen)
    if len(triggered) > 1:
        return entry(one, LedgerState.UNKNOWN, Reason.SEVERAL_RUNS, run=seen)
    if one.recurring and one.sure and (one.excluded or one.entry.paused):
        return entry(one, LedgerState.UNKNOWN, Reason.UNEXPECTED_RUN, run=seen)
    state, reason = _of_run(seen)
    if state is LedgerState.RUNNING and not one.recurring and evidence.taken_up_at is None:
        return not_taken_up(one, evidence)
    if state is LedgerState.RUNNING and evidence.frozen:
        held = entry(one, LedgerState.PENDING, Reason.FROZEN, run=seen)
        return held.model_copy(update={"detail": f"{evidence.frozen}."})
    if state is LedgerState.LATE and overlapping(one, evidence):
        reason = Reason.OVERLAP
    return entry(one, state, reason, run=seen)


def _retried(one: Expected, at_first: LedgerEntry, retries: Sequence[SeenRun]) -> LedgerEntry:
    """The entry after its retries."""
    done = at_first.state in (LedgerState.RAN, LedgerState.LATE, LedgerState.RUNNING)
    not_ours = at_first.state is LedgerState.UNKNOWN and at_first.run is not None
    for status, state in _RETRIED.items():
        found = [seen for seen in retries if seen.run.status is status]
        if found and not done and not not_ours:
            again = entry(one, state, Reason.RETRY, run=latest(found))
            if at_first.reason is not Reason.FROZEN:
                return again
            held = f"{at_first.detail} It ran when that had ended."
            return again.model_copy(update={"reason": Reason.FROZEN, "detail": held})
    return at_first


def _of_run(seen: SeenRun) -> tuple[LedgerState, Reason | None]:
    run = seen.run
    error = run.error.type if run.error else ""
    match run.status:
        case RunStatus.RUNNING:
            return LedgerState.RUNNING, None
        case RunStatus.SUCCEEDED:
            late = run.lateness is not None and run.lateness > PROMISE
            return (LedgerState.LATE if late else LedgerState.RAN), None
        case RunStatus.SKIPPED if error == "Missed":
            return LedgerState.MISSED, Reason.CATCHUP
        case RunStatus.SKIPPED if error == "Frozen":
            return LedgerState.SKIPPED, Reason.FROZEN
        case RunStatus.SKIPPED:
            return LedgerState.SKIPPED, Reason.CLOCK_CHANGE
        case RunStatus.TIMED_OUT if error == "DeadlineExceeded" and not run.attempts:
            return LedgerState.MISSED, Reason.DEADLINE
        case _:
            return LedgerState.FAILED, None


def _without(one: Expected, evidence: Evidence, not_started: NotStarted) -> LedgerEntry:
    if one.excluded:
        return entry(one, LedgerState.SKIPPED, Reason.EXCLUDED)
    if _after_end(one, evidence):
        if evidence.end is End.TERMINATED:
            return entry(one, LedgerState.UNKNOWN, Reason.TASK_TERMINATED)
        return entry(one, LedgerState.SKIPPED, Reason.CANCELLED)
    if one.entry.paused:
        # Only a one-time task runs a paused instant when it is resumed.
        last = one.at if one.recurring else one.at + one.entry.catchup_window
        state = LedgerState.PENDING if last > evidence.now else LedgerState.SKIPPED
        return entry(one, state, Reason.PAUSED)
    if one.due + PROMISE > evidence.now:
        certain = not_started.already(one) if one.recurring else None
        return certain or entry(one, LedgerState.PENDING)
    if not one.sure:
        return entry(one, LedgerState.SKIPPED, Reason.EDITED)
    if evidence.taken_up_at is None:
        return not_taken_up(one, evidence)
    if one.recurring:
        return not_started.explain(one)
    return entry(one, LedgerState.UNKNOWN, Reason.NO_RUN)


def _unexpected(at: datetime, runs: list[SeenRun]) -> LedgerEntry | None:
    triggered = [seen for seen in runs if seen.triggered]
    if not triggered:
        return None
    run = latest(triggered).run
    state, reason = LedgerState.UNKNOWN, Reason.UNEXPECTED_RUN
    if run.status is RunStatus.SKIPPED:
        state, reason = LedgerState.SKIPPED, Reason.CLOCK_CHANGE
    return LedgerEntry(at=at, state=state, reason=reason, run=run, detail=detail(state, reason))


def _after_end(one: Expected, evidence: Evidence) -> bool:
    return evidence.ended_at is not None and one.at > evidence.ended_at
