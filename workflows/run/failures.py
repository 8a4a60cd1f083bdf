"""Explains Temporal's errors of failed attempts to readers of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    FailureError,
    RetryState,
    TerminatedError,
    TimeoutError,
    TimeoutType,
)

from onthedot.scheduling.action import CommandAction, HttpAction, LogAction, WorkflowAction
from onthedot.scheduling.outages import KeyMissing, LaterRelease, NotOurSeal
from onthedot.scheduling.run import AttemptMade, RunError
from onthedot.scheduling.stored.attempt import DEFERRED, OVERDUE, AttemptFailure
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.wording.phrases import duration

#: The error types of `SealingCodec` and `StoredJson`.
_UNOPENED = {KeyMissing.__name__, NotOurSeal.__name__, LaterRelease.__name__}


@dataclass(frozen=True)
class Failure:
    """Why a run did not succeed."""

    error: RunError
    attempts: int = 0
    output: Any = None
    made: tuple[AttemptMade, ...] = ()
    counted: bool = False
    """The number of attempts is known, not guessed."""
    #: The run's deadline ended it, not an attempt.
    out_of_time: bool = False


class NoTimeLeftError(Exception):
    """An attempt failed, and the deadline comes before the next one."""

    def __init__(self, last: FailureError) -> None:
        super().__init__(str(last))
        self.last = last


class NotBegunError(Exception):
    """No attempt was requested, because Temporal would have refused the request."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def explain(error: BaseException, order: RunOrder) -> Failure:
    """The failure of a run whose action raised `error`."""
    if isinstance(error, NoTimeLeftError):
        return replace(explain(error.last, order), out_of_time=True)
    if isinstance(error, ActivityError) and error.retry_state is RetryState.TIMEOUT:
        return replace(_explain(error, order), out_of_time=True)
    return _explain(error, order)


def not_opened(error: BaseException) -> ApplicationError | None:
    """Why a worker could not decrypt an activity's input; None for any other failure."""
    cause = error.cause if isinstance(error, ActivityError) else None
    while isinstance(cause, ApplicationError):
        if cause.type in _UNOPENED:
            return cause
        cause = cause.cause
    return None


def _explain(error: BaseException, order: RunOrder) -> Failure:
    if (unopened := not_opened(error)) is not None:
        return Failure(RunError(type=unopened.type or "", message=unopened.message))
    cause = error.cause if isinstance(error, ActivityError | ChildWorkflowError) else error
    if isinstance(cause, ApplicationError):
        return _application(cause, order)
    if isinstance(cause, TimeoutError):
        return _timeout(cause, order)
    if isinstance(cause, TerminatedError):
        ended = RunError(type="Terminated", message="The workflow was terminated from outside.")
        return Failure(ended, attempts=1)
    name = type(cause or error).__name__
    return Failure(RunError(type=name, message=str(cause or error)), attempts=1)


def _application(cause: ApplicationError, order: RunOrder) -> Failure:
    error = RunError(type=cause.type or "Failed", message=cause.message)
    detail = cause.details[0] if cause.details else None
    ours = isinstance(order.action, HttpAction | CommandAction | LogAction)
    if ours and isinstance(detail, dict) and "started_at" in detail and "attempt" in detail:
        last = AttemptFailure.model_validate(detail)
        return Failure(
            error,
            # Without a place nothing was done, so the last one does not count.
            attempts=last.attempt - (cause.type == DEFERRED),
            output=last.output,
            made=last.made,
            counted=True,
            out_of_time=last.out_of_time or cause.type == OVERDUE,
        )
    return Failure(error, attempts=1)


def _timeout(cause: TimeoutError, order: RunOrder) -> Failure:
    queue = getattr(order.action, "task_queue", None) or "of this project's workers"
    match cause.type:
        case TimeoutType.SCHEDULE_TO_START:
            text = f"Nobody took it up before the deadline: does a worker poll the queue {queue}?"
            return Failure(RunError(type="NotTakenUp", message=text), out_of_time=True)
        case TimeoutType.SCHEDULE_TO_CLOSE:
            text = f"It was not done by its deadline, {duration(order.deadline)} after it was due."
            error = RunError(type="DeadlineExceeded", message=text)
            return Failure(error, attempts=1, out_of_time=True)
        case TimeoutType.HEARTBEAT:
            text = "The worker that carried it out stopped responding."
            error = RunError(type="WorkerLost", message=text)
        case _ if isinstance(order.action, WorkflowAction):
            text = (
                f"The workflow was not done within its timeout of {order.timeout} and before the "
                f"deadline. If it never began: does a worker poll the queue {queue}?"
            )
            return Failure(RunError(type="Timeout", message=text), attempts=1)
        case _:
            text = f"An attempt took longer than its timeout of {order.timeout}."
            error = RunError(type="Timeout", message=text)
    return Failure(error, attempts=1)
