"""The ledger's reasons as sentences."""

from __future__ import annotations

from datetime import datetime

from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.run import RunStatus, ShortRun
from onthedot.scheduling.stored.task_state import JournalEntry
from onthedot.scheduling.wording.phrases import duration

#: Sentences that do not depend on the run or the definition.
_SENTENCES = {
    Reason.EXCLUDED: "`exclude` names this instant",
    Reason.CLOCK_CHANGE: "Temporal fired next to a clock change, at an instant that is not due",
    Reason.MAX_RUNS: "all runs that `max_runs` allows were used up",
    Reason.EDITED: "the task was being changed in these seconds",
    Reason.CANCELLED: "the task had been cancelled with Temporal's own tools",
    Reason.DEADLINE: "its deadline passed before any worker picked it up",
    Reason.NO_WORKER: "no worker had processed the task since it was registered",
    Reason.BEHIND: "Temporal has not processed it yet",
    Reason.FROZEN: "a freeze was in force",
    Reason.BACKFILL: "a backfill ran it later",
    Reason.RETRY: "a retry ran it later",
    Reason.UNEXPECTED_RUN: "there is a run, but the task is not due at this instant: someone "
    "started it, or changed the schedule, with Temporal's own tools",
    Reason.SEVERAL_RUNS: "there is more than one run of this occurrence: someone started it again "
    "with Temporal's own tools",
    Reason.SCHEDULE_PAUSED: "the task's schedule is paused in Temporal although the task is not: "
    "someone paused it with Temporal's own tools; the standing audit repairs it",
    Reason.SCHEDULE_MISSING: "the task's schedule was not in Temporal: someone deleted it with "
    "Temporal's own tools; the standing audit recreates it",
    Reason.SCHEDULE_CHANGED: "the task's schedule in Temporal is not the one that the task made: "
    "someone changed it with Temporal's own tools; the standing audit repairs it",
    Reason.TASK_TERMINATED: "the workflow that is this task was terminated with Temporal's own "
    "tools",
    Reason.NO_RUN: "there is no run, for no known reason: something was probably changed with "
    "Temporal's own tools",
}


def detail(
    state: LedgerState,
    reason: Reason | None,
    *,
    entry: JournalEntry | None = None,
    run: ShortRun | None = None,
    due: datetime | None = None,
    opened: datetime | None = None,
    why: str = "",
) -> str:
    """One sentence; empty if the state needs no explanation.

    Args:
        entry: the definition that names the instant.
        run: its run, or the run that blocked it.
        due: when the instant was due.
        opened: when Temporal began the run that blocked it.
        why: why calendars exclude its day.
    """
    if reason is Reason.OVERLAP and state is LedgerState.SKIPPED and due and opened and run:
        text = _stood_in_its_way(entry, run, due, opened)
    else:
        text = _of_reason(state, reason, entry, run) if reason else _of_state(state, run)
    if why:
        text = f"{text}: {why}" if text else why
    return text[:1].upper() + text[1:] + "." if text else ""


def _of_state(state: LedgerState, run: ShortRun | None) -> str:
    if run is None:
        return ""
    match state:
        case LedgerState.LATE if run.lateness is not None:
            return f"its run began {run.lateness.total_seconds():.1f} s after it was due"
        case LedgerState.FAILED:
            return _failure(run)
        case _:
            return ""


def _failure(run: ShortRun) -> str:
    how = {
        RunStatus.TIMED_OUT: "its run timed out",
        RunStatus.CANCELLED: "its run was cancelled",
        RunStatus.TERMINATED: "its run was terminated",
    }.get(run.status, "its run failed")
    if run.error is None or run.status is RunStatus.CANCELLED:
        return how
    return f"{how}: {run.error.message.rstrip('.')}"


def _of_reason(
    state: LedgerState, reason: Reason, entry: JournalEntry | None, run: ShortRun | None
) -> str:
    said = run.error.message.rstrip(".") if run and run.error else ""
    match reason:
        case Reason.OVERLAP:
            return _overlap(state, entry, run)
        case Reason.PAUSED:
            return _paused(state, entry)
        case Reason.CATCHUP:
            window = f" of {duration(entry.catchup_window)}" if entry else ""
            return (
                f"Temporal processed it later than the catch-up window{window} allows, as after an "
                f"outage"
            )
        case Reason.CLOCK_CHANGE | Reason.FROZEN if said:
            return said
        case _:
            return _SENTENCES[reason]


def _overlap(state: LedgerState, entry: JournalEntry | None, run: ShortRun | None) -> str:
    policy = f" and the overlap policy is {entry.overlap.value}" if entry else ""
    match state:
        case LedgerState.PENDING:
            which = f"the run of {_at(run)}" if run else "an earlier run"
            return f"it waits until {which} has ended"
        case LedgerState.LATE:
            late = (
                f"its run began {run.lateness.total_seconds():.1f} s late, "
                if (run and run.lateness is not None)
                else ""
            )
            return f"{late}because an earlier run was still in progress{policy}"
        case _:
            return f"an earlier run was still in progress{policy}"


def _stood_in_its_way(
    entry: JournalEntry | None, run: ShortRun, due: datetime, opened: datetime
) -> str:
    policy = f" and the overlap policy is {entry.overlap.value}" if entry else ""
    if opened > due:
        return (
            f"Temporal processed it only with the run of {_at(run)}, which it began at "
            f"{_instant(opened)}, as after an outage,{policy}"
        )
    if run.started_at is not None and run.started_at > due:
        until = _instant(run.started_at)
        return f"the run of {_at(run)} was waiting for a worker until {until},{policy}"
    return f"the run of {_at(run)} was still in progress{policy}"


def _paused(state: LedgerState, entry: JournalEntry | None) -> str:
    if state is LedgerState.SKIPPED or entry is None:
        return "the task was paused"
    return "the task is paused; it runs if it is resumed in time"


def _at(run: ShortRun | None) -> str:
    return _instant(run.scheduled_for) if run else ""


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
