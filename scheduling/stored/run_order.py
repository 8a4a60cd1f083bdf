"""The input of a run, and its results. Stored: fields are only ever added."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from onthedot.scheduling.action import StoredAction
from onthedot.scheduling.notify import FailureRow, Notify
from onthedot.scheduling.policy import RetryPolicy
from onthedot.scheduling.run import AttemptMade, RunCause, RunError, RunStatus
from onthedot.scheduling.trigger import Recurring
from onthedot.scheduling.values import Duration, Instant, Model, Passed

#: Errors that do not say why the attempts failed.
_NO_REASON = frozenset({"DeadlineExceeded", "NotTakenUp", "Timeout", "WorkerLost"})


class RunOrder(Model):
    """Everything that carrying out a run needs."""

    task_id: str
    name: str
    revision: int
    action: StoredAction
    timeout: Duration
    deadline: Duration
    retry: RetryPolicy
    jitter: Duration = timedelta(0)
    cause: RunCause = RunCause.TRIGGER
    scheduled_for: Instant | None = None
    """When it is due; None if Temporal's schedule provides it."""
    trigger: Recurring | None = None
    """Used to check the instant after `exact_until`."""
    exact_until: Instant | None = None
    """The instant up to which the schedule certainly has no false instants."""
    notify: Notify | None = None
    kind: str = ""
    """The kind of the task's trigger; empty for a test of an action."""
    released: bool = False
    """Whether a freeze held it, which has ended."""
    requested_by: str = ""
    """Who requested it; empty if its trigger started it."""


class RunOutcome(Model):
    """How a run ended."""

    status: RunStatus
    scheduled_for: Instant
    started_at: Instant
    finished_at: Instant
    lateness: Duration
    attempts: int
    output: Any = None
    error: RunError | None = None
    attempts_made: tuple[AttemptMade, ...] = ()
    row: FailureRow | None = None
    """For a failed run of a task with notifications: the row to pass to the next run."""


class RunMemo(Passed):
    """The part of an outcome that lists show: the run's memo."""

    scheduled_for: Instant
    started_at: Instant
    lateness: Duration
    attempts: int
    error: RunError | None = None
    name: str = ""
    """The name of the task; empty in runs of earlier releases."""


class RunRecord(Model):
    """One line of the execution log."""

    task: str
    run: str
    cause: RunCause
    kind: str = ""
    action: str
    revision: int
    status: RunStatus
    scheduled_for: Instant
    started_at: Instant
    finished_at: Instant
    lateness: Duration
    attempts: int
    input_bytes: int = 0
    output_bytes: int = 0
    error: RunError | None = None
    unsure: bool = False
    """Whether the attempts have to be looked up: a workflow does not see when an attempt began, or
    those that Temporal retried."""
    after_failure: bool = False
    """Whether its schedule passed it the failure of the run before."""


class Attempts(Model):
    """The attempts of a run from its history, if that shows more than the run could see."""

    count: int
    first_started_at: Instant | None = None
    """None if unknown."""
    made: tuple[AttemptMade, ...] = ()
    output: Any = None
    """The last report of an activity that did not end by itself."""
    last_error: RunError | None = None
    """The error of the last attempt that ended by itself."""


Ended = TypeVar("Ended", RunOutcome, RunRecord)


def corrected(run: Ended, attempts: Attempts) -> Ended:
    """A run with the looked-up attempts. If none began, it had waited until it ended."""
    started_at = run.started_at if attempts.count else run.finished_at
    started_at = attempts.first_started_at or started_at
    known: dict[str, Any] = {
        "attempts": attempts.count,
        "started_at": started_at,
        "lateness": max(started_at - run.scheduled_for, timedelta(0)),
    }
    if run.error is not None and attempts.last_error is not None and run.error.type in _NO_REASON:
        last = attempts.last_error
        text = f"{run.error.message} The attempt before: {last.type}: {last.message}"
        known["error"] = run.error.model_copy(update={"message": text})
    if isinstance(run, RunOutcome):
        known["attempts_made"] = run.attempts_made or attempts.made
        known["output"] = attempts.output if run.output is None else run.output
    return run.model_copy(update=known)
