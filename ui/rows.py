"""Tasks and runs as rows of a table: plain data with its wording, drawn in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.run import RunCause, RunStatus, ShortRun
from onthedot.scheduling.stored.task_row import title
from onthedot.scheduling.task import Health, Task, TaskStatus
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger, Trigger
from onthedot.scheduling.values import format_instant
from onthedot.scheduling.wording.trigger import describe

RUN_TONES = {
    RunStatus.RUNNING: "blue",
    RunStatus.SUCCEEDED: "green",
    RunStatus.FAILED: "red",
    RunStatus.TIMED_OUT: "red",
    RunStatus.CANCELLED: "grey",
    RunStatus.TERMINATED: "red",
    RunStatus.SKIPPED: "grey",
}
RUN_WORDS = {
    RunStatus.RUNNING: "Running",
    RunStatus.SUCCEEDED: "Succeeded",
    RunStatus.FAILED: "Failed",
    RunStatus.TIMED_OUT: "Timed out",
    RunStatus.CANCELLED: "Cancelled",
    RunStatus.TERMINATED: "Terminated",
    RunStatus.SKIPPED: "Skipped",
}
CAUSES = {
    RunCause.TRIGGER: "on schedule",
    RunCause.MANUAL: "by hand",
    RunCause.BACKFILL: "backfill",
    RunCause.RETRY: "as a retry",
}
_HEALTH = {
    RunStatus.SUCCEEDED: Health.HEALTHY,
    RunStatus.FAILED: Health.FAILING,
    RunStatus.TIMED_OUT: Health.FAILING,
}
KINDS = {"once": "One-time", "cron": "Cron", "interval": "Interval"}
TASK_WORDS = {
    TaskStatus.SCHEDULED: "Active",
    TaskStatus.PAUSED: "Paused",
    TaskStatus.RUNNING: "Running",
    TaskStatus.COMPLETED: "Completed",
    TaskStatus.FAILED: "Failed",
    TaskStatus.CANCELLED: "Cancelled",
    TaskStatus.DELETED: "Deleted",
}
_TASK_TONES = {
    TaskStatus.PAUSED: "amber",
    TaskStatus.RUNNING: "blue",
    TaskStatus.COMPLETED: "grey",
    TaskStatus.FAILED: "red",
    TaskStatus.CANCELLED: "grey",
    TaskStatus.DELETED: "grey",
}


def task_row(task: Task, runs: Sequence[ShortRun]) -> dict[str, Any]:
    """A task as a row; `runs` are its last ones, newest first."""
    return {
        "id": task.id,
        "name": task.name,
        "what": title(task.action),
        "words": words(task.trigger, task.id),
        "expression": expression(task.trigger),
        "status": task_status(task, runs),
        "runs": [bar(run) for run in reversed(runs)],
        "next": format_instant(task.next_runs[0]) if task.next_runs else "",
        "paused": paused(task),
        "zone": zone(task.trigger),
        "can_pause": can_pause(task),
        "can_resume": task.status is TaskStatus.PAUSED,
        "deleted": deleted(task),
    }


def paused(task: Task) -> dict[str, str] | None:
    """Why a paused task is paused, and until when; None for others."""
    if task.status is not TaskStatus.PAUSED:
        return None
    until = format_instant(task.paused_until) if task.paused_until else ""
    return {"note": task.note, "until": until}


def deleted(task: Task) -> dict[str, str] | None:
    """By whom a deleted task was deleted, and when; None for others."""
    if task.deleted_at is None:
        return None
    return {"by": task.deleted_by, "at": format_instant(task.deleted_at)}


def run_row(run: ShortRun) -> dict[str, Any]:
    """A run as a row."""
    return {
        "id": run.id,
        "task": run.task_name or run.task_id or "Test of an action",
        "task_id": run.task_id,
        "cause": CAUSES[run.cause] + (f", {run.requested_by}" if run.requested_by else ""),
        "status": run_status(run.status),
        "due": format_instant(run.scheduled_for),
        "started": format_instant(run.started_at) if run.started_at else "",
        "late": run.lateness.total_seconds() if run.lateness is not None else None,
        "took": took(run),
        "live": run.status is RunStatus.RUNNING,
        "attempts": run.attempts,
        "error": f"{run.error.type}: {run.error.message}" if run.error else "",
    }


def task_status(task: Task, runs: Sequence[ShortRun]) -> dict[str, Any]:
    """The status of a task as a pill; if it is scheduled, its health or a run in progress."""
    if task.status is not TaskStatus.SCHEDULED:
        tone = _TASK_TONES[task.status]
        return {"label": TASK_WORDS[task.status], "tone": tone, "live": tone == "blue"}
    if any(run.status is RunStatus.RUNNING for run in runs):
        return {"label": "Running", "tone": "blue", "live": True}
    match task.health if task.health is not Health.NEVER_RAN else _health(runs):
        case Health.HEALTHY:
            return {"label": "Healthy", "tone": "green", "live": False}
        case Health.FAILING:
            return {"label": "Failing", "tone": "red", "live": False}
        case _:
            return {"label": "Scheduled", "tone": "blue", "live": False}


def can_pause(task: Task) -> bool:
    """Whether anything is left to keep from firing: not in a one-time task that came due."""
    if task.status is TaskStatus.RUNNING:
        return bool(task.next_runs)
    return task.status is TaskStatus.SCHEDULED


def _health(runs: Sequence[ShortRun]) -> Health:
    """The health according to the runs, for a task of an earlier release that does not store it."""
    told = (_HEALTH[run.status] for run in runs if run.status in _HEALTH)
    return next(told, Health.NEVER_RAN)


def run_status(status: RunStatus) -> dict[str, Any]:
    """The status of a run as a pill."""
    return {
        "label": RUN_WORDS[status],
        "tone": RUN_TONES[status],
        "live": status is RunStatus.RUNNING,
    }


def bar(run: ShortRun) -> dict[str, Any]:
    """A run as a small bar, whose height is the run's duration."""
    return {"tone": RUN_TONES[run.status], "seconds": took(run) or 0}


def took(run: ShortRun) -> float | None:
    """From the start of the first attempt to the end, in seconds; None if unknown."""
    if run.finished_at is None or run.started_at is None:
        return None
    return max(0.0, (run.finished_at - run.started_at).total_seconds())


def words(trigger: Trigger, key: str) -> str:
    """A trigger in words, or as it was written if there are none."""
    try:
        return describe(trigger, key=key)
    except (OnTheDotError, ValueError):
        return expression(trigger)


def expression(trigger: Trigger) -> str:
    """Shown below the words: the expression itself, and its zone."""
    match trigger:
        case CronTrigger():
            return f"{trigger.expression}  {trigger.timezone}"
        case IntervalTrigger():
            return f"every {int(trigger.every.total_seconds())} s"
        case OnceTrigger():
            return ""


def zone(trigger: Trigger) -> str:
    """The task's own zone; empty if it has none."""
    if isinstance(trigger, OnceTrigger):
        return trigger.timezone or ""
    return trigger.timezone if isinstance(trigger, CronTrigger) else ""
