"""What a run is started with, and what it leaves behind. Stored: fields only get added."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from onthedot.scheduling.action import StoredAction
from onthedot.scheduling.notify import FailureRow, Notify
from onthedot.scheduling.policy import RetryPolicy
from onthedot.scheduling.run import AttemptMade, RunCause, RunError, RunStatus
from onthedot.scheduling.trigger import Recurring
from onthedot.scheduling.values import Duration, Instant, Model, Passed

#: Errors that say when it ended, but not what was wrong with the attempts.
_NO_REASON = frozenset({"DeadlineExceeded", "NotTakenUp", "Timeout", "WorkerLost"})


class RunOrder(Model):
    """Everything that a run needs to be carried out, and nothing else."""

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
    """When it is due; None where Temporal's schedule says it."""
    trigger: Recurring | None = None
    """Asked whether the instant is a true one, past `exact_until`."""
    exact_until: Instant | None = None
    """Up to here the schedule is known to hold no false instant."""
    notify: Notify | None = None
    kind: str = ""
    """Of the task's trigger; empty for a test of an action."""
    released: bool = False
    """It was held by a freeze, which has ended."""
    requested_by: str = ""
    """Who asked for it; empty where its trigger did."""


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
    """Of a run that failed, where someone is to be notified: what the next run is handed."""


class RunMemo(Passed):
    """The part of an outcome that a list shows, kept beside the run where a list can read it."""

    scheduled_for: Instant
    started_at: Instant
    lateness: Duration
    attempts: int
    error: RunError | None = None
    name: str = ""
    """Of the task; none in runs of earlier releases."""


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
    """A workflow does not see when an attempt began, nor those that Temporal retried: what this
    says of attempts is to be looked up."""
    after_failure: bool = False
    """Its schedule handed it the failure of the run before."""


class Attempts(Model):
    """What a run's own history says of its attempts, where it says more than the run could see."""

    count: int
    first_started_at: Instant | None = None
    """None if it did not survive."""
    made: tuple[AttemptMade, ...] = ()
    output: Any = None
    """What an activity that did not end by itself last reported."""
    last_error: RunError | None = None
    """Of the last attempt that ended by itself."""


Ended = TypeVar("Ended", RunOutcome, RunRecord)


def corrected(run: Ended, attempts: Attempts) -> Ended:
    """A run with what was looked up of its attempts.

    Where none began, it had waited until it ended.
    """
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
