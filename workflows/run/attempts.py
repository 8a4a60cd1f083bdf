"""The attempts at `http`, `command` and `log`, which are this project's own activities.

1. Where permitted, the first attempt is a local activity, which costs Temporal no round trip.
2. The others are one ordinary activity, which Temporal retries, so they survive any worker.
3. An attempt that found no place, or whose worker lacked the encryption key, does not count: the
   activity is started again until one succeeds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception
from temporalio.workflow import ActivityCancellationType

from onthedot import naming
from onthedot.scheduling.action import (
    ActivityAction,
    CommandAction,
    HttpAction,
    LogAction,
    UnknownAction,
    UnknownKindError,
    WorkflowAction,
    unknown_kind,
)
from onthedot.scheduling.run import AttemptMade
from onthedot.scheduling.run_facts import RunFacts
from onthedot.scheduling.stored.attempt import (
    CLOSING,
    DEFERRED,
    HEARTBEAT_TIMEOUT,
    PLACE_WAIT,
    Attempt,
    AttemptFailure,
    AttemptResult,
    CommandAttempt,
    HttpAttempt,
    LogAttempt,
    begins_locally,
    early,
)
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.workflows.run.failures import NoTimeLeftError
from onthedot.workflows.run.retries import retry_policy
from onthedot.workflows.run.unopened import Unopened


async def perform(order: RunOrder, facts: RunFacts, *, deadline: datetime) -> AttemptResult:
    """Perform the action until it succeeds, or may not be tried again.

    Raises:
        ActivityError, ApplicationError: the last attempt failed, or the run was cancelled.
        NoTimeLeftError: the next attempt could not begin before the deadline.
    """
    due = facts.scheduled_for
    name, attempt = _attempt(order, facts, deadline=deadline)
    made = 0
    if begins_locally(order.action, order.timeout):
        try:
            return await _local(name, attempt, order, deadline)
        except (ActivityError, ApplicationError) as error:
            wait = _again_after(error, order)
            if wait is None:
                raise
            if workflow.now() + wait >= deadline:
                raise NoTimeLeftError(error) from error
            made = 1 if wait else 0
            attempt = attempt.model_copy(update={"made_before": _made(error)})
            wait = max(wait, early(due, at=workflow.now()))
            if wait > timedelta(0):
                await workflow.sleep(wait, summary="Until the next attempt")
    unopened = Unopened(deadline)
    while True:
        try:
            return await _ordinary(name, attempt, order, deadline, made)
        except ActivityError as error:
            if await unopened.waited(error):
                made = order.retry.max_attempts - 1
                continue
            before = _made_before_deferral(error)
            if before is None or workflow.now() >= deadline or _cancelled():
                raise
            made = before
            attempt = attempt.model_copy(update={"made_before": _made(error)})


async def _ordinary(
    name: str, attempt: Attempt, order: RunOrder, deadline: datetime, made: int
) -> AttemptResult:
    result: AttemptResult = await workflow.execute_activity(
        name,
        attempt.model_copy(update={"attempts_before": made}),
        result_type=AttemptResult,
        # The activity enforces its own timeout with a better message; this is a safety net.
        start_to_close_timeout=order.timeout + PLACE_WAIT + CLOSING,
        # Likewise: an attempt ends itself at the deadline, and needs time to report.
        schedule_to_close_timeout=deadline - workflow.now() + CLOSING,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        retry_policy=retry_policy(order, made=made),
        summary=order.name,
    )
    return result


async def _local(name: str, attempt: Attempt, order: RunOrder, deadline: datetime) -> AttemptResult:
    result: AttemptResult = await workflow.execute_local_activity(
        name,
        attempt.model_copy(
            update={
                "local": True,
                "lead": early(attempt.scheduled_for, at=workflow.now()),
            }
        ),
        result_type=AttemptResult,
        start_to_close_timeout=min(order.timeout, deadline - workflow.now()) + CLOSING,
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        retry_policy=RetryPolicy(maximum_attempts=1),
        summary=order.name,
    )
    return result


def _attempt(order: RunOrder, facts: RunFacts, *, deadline: datetime) -> tuple[str, Attempt]:
    action = order.action
    known: dict[str, Any] = {
        "task_id": facts.task_id,
        "run_id": facts.run_id,
        "idempotency_key": facts.run_id,
        "scheduled_for": facts.scheduled_for,
        "cause": facts.cause,
        "timeout": order.timeout,
        "deadline": deadline,
    }
    match action:
        case HttpAction():
            return naming.HTTP, HttpAttempt(action=action, **known)
        case CommandAction():
            return naming.COMMAND, CommandAttempt(action=action, **known)
        case LogAction():
            return naming.LOG, LogAttempt(action=action, **known)
        case ActivityAction() | WorkflowAction() | UnknownAction():
            raise UnknownKindError(action.kind)
        case _:
            raise unknown_kind(action)


def _again_after(error: ActivityError | ApplicationError, order: RunOrder) -> timedelta | None:
    """How long to wait after a failed first attempt; zero if it does not count, None to give up."""
    if is_cancelled_exception(error) or _cancelled():
        return None
    # The SDK wraps a local activity's timeout, but none of its other errors.
    cause = error.cause if isinstance(error, ActivityError) else error
    if isinstance(cause, ApplicationError) and cause.type == DEFERRED:
        return timedelta(0)
    if order.retry.max_attempts == 1:
        return None
    if isinstance(cause, ApplicationError):
        if cause.non_retryable:
            return None
        if cause.next_retry_delay is not None:
            return cause.next_retry_delay
    return max(order.retry.initial_interval, timedelta(milliseconds=1))


def _cancelled() -> bool:
    # An attempt that fails just as it is cancelled reports its failure, not the cancellation.
    return workflow.cancellation_reason() is not None


def _made_before_deferral(error: ActivityError) -> int | None:
    """How many attempts preceded one that found no place; None for any other failure."""
    cause = error.cause
    if not isinstance(cause, ApplicationError) or cause.type != DEFERRED:
        return None
    return AttemptFailure.model_validate(cause.details[0]).attempt - 1


def _made(error: ActivityError | ApplicationError) -> tuple[AttemptMade, ...]:
    cause = error.cause if isinstance(error, ActivityError) else error
    if not isinstance(cause, ApplicationError) or not cause.details:
        return ()
    return AttemptFailure.model_validate(cause.details[0]).made
