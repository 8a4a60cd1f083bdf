"""How the attempts at an action become Temporal activities and child workflows.

A task's `timeout`, `deadline` and `retry` are turned into Temporal's timeouts and retry policy here
and nowhere else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import JsonValue
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception
from temporalio.workflow import (
    ActivityCancellationType,
    ChildWorkflowHandle,
    ParentClosePolicy,
)

from onthedot import naming
from onthedot.run_context.interceptor import run_headers
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
from onthedot.scheduling.checking.action import queue_problem
from onthedot.scheduling.run import AttemptMade
from onthedot.scheduling.run_told import Told, filled_in
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
from onthedot.workflows.failures import NotBegunError, NoTimeLeftError


async def of_own(order: RunOrder, told: Told, *, deadline: datetime) -> AttemptResult:
    """Perform `http`, `command` or `log`."""
    due = told.scheduled_for
    name, attempt = _attempt(order, told, deadline=deadline)
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
    while True:
        try:
            return await _ordinary(name, attempt, order, deadline, made)
        except ActivityError as error:
            before = _made_before_deferral(error)
            if before is None or workflow.now() >= deadline or _cancelled():
                raise
            made = before
            attempt = attempt.model_copy(update={"made_before": _made(error)})


async def of_activity(
    order: RunOrder, action: ActivityAction, told: Told, *, deadline: datetime
) -> AttemptResult:
    """Run someone's activity; it is given up at the deadline, a queue without a poller included."""
    _check_queue(action.task_queue)
    started, remaining = workflow.now(), deadline - workflow.now()
    with run_headers(told.facts()):
        activity = workflow.start_activity(
            action.name,
            args=_arguments(action, told),
            task_queue=action.task_queue,
            start_to_close_timeout=order.timeout,
            schedule_to_start_timeout=remaining,
            schedule_to_close_timeout=remaining,
            heartbeat_timeout=action.heartbeat_timeout,
            retry_policy=_policy(
                order, interval=order.retry.initial_interval, attempts=order.retry.max_attempts
            ),
            summary=order.name,
        )
    output: Any = await activity
    return AttemptResult(started_at=started, finished_at=workflow.now(), output=output)


async def of_workflow(
    order: RunOrder, action: WorkflowAction, told: Told, *, deadline: datetime
) -> AttemptResult:
    """Run someone's workflow as a child, which is cancelled with the run."""
    _check_queue(action.task_queue)
    started = workflow.now()
    with run_headers(told.facts()):
        child: ChildWorkflowHandle[Any, Any] = await workflow.start_child_workflow(
            action.workflow_type,
            args=_arguments(action, told),
            id=f"work:{told.run_id}",
            task_queue=action.task_queue,
            execution_timeout=deadline - started,
            run_timeout=min(order.timeout, deadline - started),
            parent_close_policy=ParentClosePolicy.REQUEST_CANCEL,
            retry_policy=_policy(
                order, interval=order.retry.initial_interval, attempts=order.retry.max_attempts
            ),
            static_summary=order.name,
        )
    output: Any = await child
    return AttemptResult(started_at=started, finished_at=workflow.now(), output=output)


async def _ordinary(
    name: str, attempt: Attempt, order: RunOrder, deadline: datetime, made: int
) -> AttemptResult:
    retry = order.retry
    result: AttemptResult = await workflow.execute_activity(
        name,
        attempt.model_copy(update={"attempts_before": made}),
        result_type=AttemptResult,
        # The activity keeps its own timeout and says what it waited for; this one is the net.
        start_to_close_timeout=order.timeout + PLACE_WAIT + CLOSING,
        # As above: an attempt ends itself at the deadline, and needs time to report.
        schedule_to_close_timeout=deadline - workflow.now() + CLOSING,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        retry_policy=_policy(
            order,
            interval=_grown(order, made),
            attempts=retry.max_attempts - made,
        ),
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


def _arguments(action: ActivityAction | WorkflowAction, told: Told) -> list[JsonValue]:
    facts = told.facts()
    return [filled_in(argument, facts) for argument in action.arguments]


def _attempt(order: RunOrder, told: Told, *, deadline: datetime) -> tuple[str, Attempt]:
    action = order.action
    facts: dict[str, Any] = {
        "task_id": told.task_id,
        "run_id": told.run_id,
        "idempotency_key": told.run_id,
        "scheduled_for": told.scheduled_for,
        "cause": told.cause,
        "timeout": order.timeout,
        "deadline": deadline,
    }
    match action:
        case HttpAction():
            return naming.HTTP, HttpAttempt(action=action, **facts)
        case CommandAction():
            return naming.COMMAND, CommandAttempt(action=action, **facts)
        case LogAction():
            return naming.LOG, LogAttempt(action=action, **facts)
        case ActivityAction() | WorkflowAction() | UnknownAction():
            raise UnknownKindError(action.kind)
        case _:
            raise unknown_kind(action)


def _check_queue(name: str | None) -> None:
    # Temporal would refuse the command, and have the workflow task tried again without end.
    if problem := queue_problem(name):
        raise NotBegunError("InvalidTaskQueue", f"The task queue {name!r} {problem}")


def _again_after(error: ActivityError | ApplicationError, order: RunOrder) -> timedelta | None:
    """How long to wait after a failed first attempt; zero if none was made, None to give up."""
    if is_cancelled_exception(error) or _cancelled():
        return None
    # What a local activity raises comes bare, other than a timeout of it.
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
    # An attempt that fails just as it is cancelled ends with its failure, and the cancel is over.
    return workflow.cancellation_reason() is not None


def _made_before_deferral(error: ActivityError) -> int | None:
    """How many attempts were made before one found no place; None if that is not what failed."""
    cause = error.cause
    if not isinstance(cause, ApplicationError) or cause.type != DEFERRED:
        return None
    return AttemptFailure.model_validate(cause.details[0]).attempt - 1


def _made(error: ActivityError | ApplicationError) -> tuple[AttemptMade, ...]:
    cause = error.cause if isinstance(error, ActivityError) else error
    if not isinstance(cause, ApplicationError) or not cause.details:
        return ()
    return AttemptFailure.model_validate(cause.details[0]).made


def _grown(order: RunOrder, made: int) -> timedelta:
    """What the interval has come to after so many attempts."""
    try:
        return order.retry.initial_interval * order.retry.backoff**made
    except OverflowError:
        return order.retry.max_interval


def _policy(order: RunOrder, *, interval: timedelta, attempts: int) -> RetryPolicy:
    longest = max(order.retry.max_interval, timedelta(milliseconds=1))
    return RetryPolicy(
        initial_interval=min(max(interval, timedelta(milliseconds=1)), longest),
        backoff_coefficient=order.retry.backoff,
        maximum_interval=longest,
        maximum_attempts=attempts,
        # It does not count as an attempt, so Temporal must not count it.
        non_retryable_error_types=[DEFERRED],
    )
