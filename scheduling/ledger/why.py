"""Answers "why did it not run?" in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerState, Reason, Why
from onthedot.scheduling.task import TaskStatus

_RAN = {LedgerState.RAN, LedgerState.RUNNING}


@dataclass(frozen=True)
class Standing:
    """The current state of the task."""

    task_id: str
    status: TaskStatus
    created_at: datetime
    paused_at: datetime
    """If it is paused: since when, and by whom."""
    paused_by: str = ""
    note: str = ""
    ended_at: datetime | None = None
    before: datetime | None = None
    """The last instant before the one in question, and the first one after it."""
    after: datetime | None = None


def why_at(task: Standing, at: datetime, entries: Sequence[LedgerEntry], jitter: timedelta) -> Why:
    """Why the task did or did not run at `at`: at that second, or within the jitter after it."""
    near = [e for e in entries if e.at <= at < e.at + jitter + timedelta(seconds=1)]
    if near:
        return _about(task, near[-1], _sentence(near[-1]))
    if at < task.created_at:
        return _plain(task, f"It was registered only at {_at(task.created_at)}.", at)
    if task.ended_at is not None and at > task.ended_at:
        return _plain(task, f"It had ended at {_at(task.ended_at)}: {_status(task)}.", at)
    around = [f"before it at {_at(task.before)}"] if task.before else []
    around += [f"after it at {_at(task.after)}"] if task.after else []
    due = f"; it is due {' and '.join(around)}" if around else ""
    return _plain(task, f"It is not due at {_at(at)}{due}.", at)


def why_lately(task: Standing, entries: Sequence[LedgerEntry]) -> Why:
    """Why the task did not run, the last time that it did not.

    `entries` are past ones. Excluded instants do not count, because nobody expects a run, nor do
    instants that have just come up.
    """
    past = [
        entry
        for entry in entries
        if entry.reason is not Reason.EXCLUDED
        and (entry.state is not LedgerState.PENDING or entry.reason is not None)
    ]
    if task.status is TaskStatus.PAUSED:
        by = f" by {task.paused_by}" if task.paused_by else ""
        note = f": {task.note.rstrip('.')}" if task.note else ""
        answer = f"It is paused, since {_at(task.paused_at)}{by}{note}."
        return _plain(task, answer, past[-1].at if past else None, past[-1] if past else None)
    if not past:
        if task.ended_at is not None:
            return _plain(task, f"It ended at {_at(task.ended_at)}: {_status(task)}.")
        due = f": it is due at {_at(task.after)} first" if task.after else ""
        return _plain(task, f"It was not due yet{due}.")
    last = past[-1]
    failed = [entry for entry in past if entry.state not in _RAN]
    if not failed:
        due = f"; it is due next at {_at(task.after)}" if task.after else ""
        did = "is running" if last.state is LedgerState.RUNNING else "ran on time"
        return _about(task, last, f"It did run: the occurrence of {_at(last.at)} {did}{due}.")
    one = failed[-1]
    since = f"; it ran since, last at {_at(last.at)}" if one is not last else ""
    return _about(task, one, _sentence(one).rstrip(".") + since + ".")


def _sentence(entry: LedgerEntry) -> str:
    which = f"The occurrence of {_at(entry.at)}"
    match entry.state:
        case LedgerState.RAN:
            said = f"{which} ran on time" if entry.reason is None else f"{which} ran"
        case LedgerState.LATE:
            said = f"{which} ran late" if entry.run else f"{which} is late"
        case LedgerState.RUNNING:
            said = f"{which} is running"
        case LedgerState.FAILED:
            said = f"{which} ran and failed"
        case LedgerState.SKIPPED:
            said = f"{which} was skipped"
        case LedgerState.MISSED:
            said = f"{which} was missed"
        case LedgerState.PENDING:
            said = f"{which} is still to come"
        case LedgerState.UNKNOWN:
            said = f"What happened at {_at(entry.at)} is uncertain"
    detail = entry.detail.rstrip(".")
    if not detail.startswith("Temporal"):
        detail = detail[:1].lower() + detail[1:]
    return f"{said}: {detail}." if detail else f"{said}."


def _status(task: Standing) -> str:
    return f"it is {task.status.value}"


def _about(task: Standing, entry: LedgerEntry, answer: str) -> Why:
    return _plain(task, answer, entry.at, entry)


def _plain(
    task: Standing, answer: str, at: datetime | None = None, entry: LedgerEntry | None = None
) -> Why:
    return Why(
        task_id=task.task_id,
        at=at,
        state=entry.state if entry else None,
        reason=entry.reason if entry else None,
        answer=answer,
    )


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
