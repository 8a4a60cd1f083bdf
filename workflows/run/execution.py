"""Carries out every run: performs the action, and records the outcome.

1. Nothing is performed after the deadline, or at an instant that is not an occurrence.
2. `http`, `command` and `log` go through `attempts.py`, other people's code through `own_code.py`.
3. A local activity records the outcome, after a cancellation too, and lists can find it.
4. If the task asks for it, another activity checks whether to send a notification.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    is_cancelled_exception,
)

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
from onthedot.scheduling.run import RunError, RunStatus
from onthedot.scheduling.run_facts import RunFacts
from onthedot.scheduling.stored.attempt import AttemptResult
from onthedot.scheduling.stored.run_order import RunOrder, RunOutcome
from onthedot.scheduling.wording.phrases import duration
from onthedot.workflows.run import attempts, own_code
from onthedot.workflows.run.failures import Failure, NotBegunError, NoTimeLeftError, explain
from onthedot.workflows.run.notify_step import notify
from onthedot.workflows.run.outcome import outcome_of
from onthedot.workflows.run.publishing import publish, run_id

_LONGEST_CHECK = timedelta(seconds=10)

#: A timeout that was shortened to the deadline may fire this much earlier.
_CLOSE_TO = timedelta(milliseconds=100)


async def execute_run(order: RunOrder, *, due: datetime, begun: datetime) -> RunOutcome:
    """Perform and record the run of the occurrence at `due`.

    Its deadline counts from `due`, or from `begun` if that is later: after an outage, or in a
    backfill.

    Returns:
        The outcome of a run that succeeded or was skipped.

    Raises:
        ApplicationError: the run failed or timed out; its detail is the `RunOutcome`.
        asyncio.CancelledError: the run was cancelled, after it was recorded.
    """
    taken_up = workflow.now()
    deadline = max(due, begun) + order.deadline
    status, left = await _ended(order, due=due, taken_up=taken_up, deadline=deadline)
    outcome = outcome_of(status, left, due=due, taken_up=taken_up, at=workflow.now())
    outcome = await publish(order, outcome, unsure=_unsure(order, left))
    outcome = await notify(order, outcome, run_id=run_id())
    match outcome.status:
        case RunStatus.SUCCEEDED | RunStatus.SKIPPED:
            return outcome
        case RunStatus.CANCELLED:
            raise asyncio.CancelledError
        case _:
            error = outcome.error or RunError(type="Failed", message="")
            raise ApplicationError(error.message, outcome, type=error.type, non_retryable=True)


async def skip(order: RunOrder, *, due: datetime, error: RunError) -> RunOutcome:
    """Record that the occurrence at `due` was skipped, and why."""
    now = workflow.now()
    outcome = RunOutcome(
        status=RunStatus.SKIPPED,
        scheduled_for=due,
        started_at=now,
        finished_at=now,
        lateness=max(now - due, timedelta(0)),
        attempts=0,
        error=error,
    )
    outcome = await publish(order, outcome, unsure=False)
    await notify(order, outcome, run_id=run_id())
    return outcome


async def not_an_occurrence(order: RunOrder, due: datetime) -> str:
    """Why an instant is not one of the trigger's; empty if it is."""
    if order.exact_until is None or due <= order.exact_until:
        return ""
    try:
        reason: str = await workflow.execute_local_activity(
            naming.CHECK_OCCURRENCE,
            order.model_copy(update={"scheduled_for": due}),
            result_type=str,
            start_to_close_timeout=_LONGEST_CHECK,
            retry_policy=RetryPolicy(maximum_attempts=3),
        )
    except (ActivityError, ApplicationError) as error:
        if is_cancelled_exception(error):
            raise
        # When in doubt, run: a failed check must not cost an occurrence.
        workflow.logger.warning("It could not be checked whether %s is due at %s", run_id(), due)
        return ""
    return reason


async def _ended(
    order: RunOrder, *, due: datetime, taken_up: datetime, deadline: datetime
) -> tuple[RunStatus, AttemptResult | Failure]:
    """How the run ended, and the result or failure of its attempts."""
    if reason := await not_an_occurrence(order, due):
        error = RunError(type="NotAnOccurrence", message=reason)
        return RunStatus.SKIPPED, Failure(error, counted=True)
    if taken_up >= deadline:
        length = duration(order.deadline)
        text = f"No worker took it up before its deadline, {length} after it was due."
        error = RunError(type="DeadlineExceeded", message=text)
        return RunStatus.TIMED_OUT, Failure(error, counted=True)
    try:
        return RunStatus.SUCCEEDED, await _perform(order, due=due, deadline=deadline)
    except (UnknownKindError, NotBegunError) as error:
        kind = error.kind if isinstance(error, NotBegunError) else "UnknownAction"
        return RunStatus.FAILED, Failure(RunError(type=kind, message=str(error)), counted=True)
    except (asyncio.CancelledError, FailureError, NoTimeLeftError) as error:
        failure = explain(error, order)
        # After a request to cancel, Temporal makes no other attempt.
        if is_cancelled_exception(error) or workflow.cancellation_reason() is not None:
            cancelled = RunError(type="Cancelled", message="The run was cancelled.")
            return RunStatus.CANCELLED, replace(failure, error=cancelled)
        late = failure.out_of_time or workflow.now() + _CLOSE_TO >= deadline
        return (RunStatus.TIMED_OUT if late else RunStatus.FAILED), failure


async def _perform(order: RunOrder, *, due: datetime, deadline: datetime) -> AttemptResult:
    facts = RunFacts(task_id=order.task_id, run_id=run_id(), scheduled_for=due, cause=order.cause)
    match order.action:
        case ActivityAction() as action:
            return await own_code.of_activity(order, action, facts, deadline=deadline)
        case WorkflowAction() as action:
            return await own_code.of_workflow(order, action, facts, deadline=deadline)
        case HttpAction() | CommandAction() | LogAction():
            return await attempts.perform(order, facts, deadline=deadline)
        case UnknownAction() as action:
            raise UnknownKindError(action.kind)
        case _:
            raise unknown_kind(order.action)


def _unsure(order: RunOrder, left: AttemptResult | Failure) -> bool:
    """Whether the workflow itself cannot see when and how many attempts were made."""
    if isinstance(left, Failure):
        return not left.counted
    return isinstance(order.action, ActivityAction | WorkflowAction)
