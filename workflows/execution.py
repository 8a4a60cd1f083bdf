"""The code that every run is carried out by: perform the action, record the outcome.

1. Nothing is performed once the deadline has passed, or at an instant that is not a true one.
2. `http` and `log` are first tried as a local activity, which costs Temporal no round trip. A
   failure that may be mended by trying again goes on as an ordinary activity, whose retries are
   Temporal's own and survive any worker. Everything else is an ordinary activity or a child.
3. The outcome is recorded by a local activity, after a cancel too, and put where a list reads it.
4. Where the task asks for it, another one looks whether somebody is to be told.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeUpdate
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
from onthedot.scheduling.ledger.entries import PROMISE
from onthedot.scheduling.run import RunCause, RunError, RunStatus
from onthedot.scheduling.run_told import Told
from onthedot.scheduling.stored.attempt import AttemptResult, early
from onthedot.scheduling.stored.run_order import (
    Attempts,
    RunMemo,
    RunOrder,
    RunOutcome,
    RunRecord,
    corrected,
)
from onthedot.workflows import attempts
from onthedot.workflows.failures import Failure, NotBegunError, NoTimeLeftError, explain
from onthedot.workflows.notify_step import tell

_MARGIN = timedelta(seconds=10)

#: Runs of earlier releases do not say where a list finds it that they began late.
_LATE_STARTS = "late-starts"

#: A timeout that was cut to the deadline may come this much earlier.
_CLOSE_TO = timedelta(milliseconds=100)


async def execute_run(
    order: RunOrder, *, due: datetime, begun: datetime | None = None
) -> RunOutcome:
    """Perform and record the run of an occurrence that was due at `due`.

    Its deadline counts from then, or from when it was `begun` if that was later: after an outage,
    or in a backfill.

    Returns:
        The outcome of a run that succeeded or was skipped.

    Raises:
        ApplicationError: the run failed or timed out; its detail is the `RunOutcome`.
        asyncio.CancelledError: the run was cancelled, after it was recorded.
    """
    taken_up = workflow.now()
    deadline = max(due, begun or due) + order.deadline
    outcome, unsure = await _outcome(order, due=due, taken_up=taken_up, deadline=deadline)
    outcome = await _publish(order, outcome, unsure=unsure)
    outcome = await tell(order, outcome, run_id=run_id())
    match outcome.status:
        case RunStatus.SUCCEEDED | RunStatus.SKIPPED:
            return outcome
        case RunStatus.CANCELLED:
            raise asyncio.CancelledError
        case _:
            error = outcome.error or RunError(type="Failed", message="")
            raise ApplicationError(error.message, outcome, type=error.type, non_retryable=True)


async def skip(order: RunOrder, *, due: datetime, error: RunError) -> RunOutcome:
    """Record that the occurrence at `due` was not carried out, and why."""
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
    outcome = await _publish(order, outcome, unsure=False)
    await tell(order, outcome, run_id=run_id())
    return outcome


async def not_an_occurrence(order: RunOrder, due: datetime) -> str:
    """Why an instant is none of the trigger's; empty if it is one."""
    if order.exact_until is None or due <= order.exact_until:
        return ""
    try:
        reason: str = await workflow.execute_local_activity(
            naming.CHECK_OCCURRENCE,
            order.model_copy(update={"scheduled_for": due}),
            result_type=str,
            start_to_close_timeout=_MARGIN,
            retry_policy=RetryPolicy(maximum_attempts=3),
        )
    except (ActivityError, ApplicationError) as error:
        if is_cancelled_exception(error):
            raise
        # What cannot be ruled out runs: a check must not cost an occurrence.
        workflow.logger.warning("It could not be checked whether %s is due at %s", run_id(), due)
        return ""
    return reason


def run_id() -> str:
    """The REST id of the run that is this workflow."""
    info = workflow.info()
    return naming.RunAddress(info.workflow_id, info.run_id).run_id


async def _outcome(
    order: RunOrder, *, due: datetime, taken_up: datetime, deadline: datetime
) -> tuple[RunOutcome, bool]:
    """How it ended, and whether what it says of attempts is to be looked up."""

    def ended(
        status: RunStatus, result: AttemptResult | None = None, failure: Failure | None = None
    ) -> tuple[RunOutcome, bool]:
        made = result.made if result else failure.made if failure else ()
        started = taken_up + early(due, at=taken_up)
        if made and made[0].attempt == 1 and made[0].started_at:
            started = made[0].started_at
        elif result and result.attempt == 1:
            started = result.started_at
        foreign = isinstance(order.action, ActivityAction | WorkflowAction)
        unsure = not failure.counted if failure else foreign
        outcome = RunOutcome(
            status=status,
            scheduled_for=due,
            started_at=started,
            finished_at=result.finished_at if result else workflow.now(),
            lateness=max(started - due, timedelta(0)),
            attempts=result.attempt if result else failure.attempts if failure else 0,
            output=result.output if result else failure.output if failure else None,
            error=failure.error if failure else None,
            attempts_made=made,
        )
        return outcome, unsure

    if reason := await not_an_occurrence(order, due):
        error = RunError(type="NotAnOccurrence", message=reason)
        return ended(RunStatus.SKIPPED, failure=Failure(error, counted=True))
    if taken_up >= deadline:
        error = RunError(
            type="DeadlineExceeded",
            message=f"No worker took it up before its deadline, {order.deadline} after it was due.",
        )
        return ended(RunStatus.TIMED_OUT, failure=Failure(error, counted=True))
    try:
        result = await _perform(order, due=due, deadline=deadline)
    except (UnknownKindError, NotBegunError) as error:
        kind = error.kind if isinstance(error, NotBegunError) else "UnknownAction"
        failure = Failure(RunError(type=kind, message=str(error)), counted=True)
        return ended(RunStatus.FAILED, failure=failure)
    except (asyncio.CancelledError, FailureError, NoTimeLeftError) as error:
        # Once a cancel was asked for, a failed attempt is the last: Temporal makes no other.
        if is_cancelled_exception(error) or workflow.cancellation_reason() is not None:
            cancelled = RunError(type="Cancelled", message="The run was cancelled.")
            failure = replace(explain(error, order), error=cancelled)
            return ended(RunStatus.CANCELLED, failure=failure)
        failure = explain(error, order)
        late = failure.out_of_time or workflow.now() + _CLOSE_TO >= deadline
        return ended(RunStatus.TIMED_OUT if late else RunStatus.FAILED, failure=failure)
    return ended(RunStatus.SUCCEEDED, result)


async def _perform(order: RunOrder, *, due: datetime, deadline: datetime) -> AttemptResult:
    told = Told(task_id=order.task_id, run_id=run_id(), scheduled_for=due, cause=order.cause)
    match order.action:
        case ActivityAction() as action:
            return await attempts.of_activity(order, action, told, deadline=deadline)
        case WorkflowAction() as action:
            return await attempts.of_workflow(order, action, told, deadline=deadline)
        case HttpAction() | CommandAction() | LogAction():
            return await attempts.of_own(order, told, deadline=deadline)
        case UnknownAction() as action:
            raise UnknownKindError(action.kind)
        case _:
            raise unknown_kind(order.action)


async def _publish(order: RunOrder, outcome: RunOutcome, *, unsure: bool) -> RunOutcome:
    """Record the outcome; returned as it is known after that, where the run was unsure of it."""
    record = RunRecord(
        task=order.task_id,
        run=run_id(),
        cause=order.cause,
        kind=order.kind,
        action=order.action.kind,
        revision=order.revision,
        output_bytes=0 if outcome.output is None else len(str(outcome.output)),
        **outcome.model_dump(exclude={"output", "error", "attempts_made", "row"}),
        error=outcome.error,
        unsure=unsure,
    )
    try:
        attempts: Attempts | None = await workflow.execute_local_activity(
            naming.RECORD,
            record,
            result_type=Attempts | None,  # type: ignore[arg-type]  # a union is no type to mypy
            start_to_close_timeout=_MARGIN,
            retry_policy=RetryPolicy(maximum_attempts=3),
        )
    except (ActivityError, ApplicationError):
        workflow.logger.warning("The execution log did not take the record of %s", record.run)
    else:
        outcome = corrected(outcome, attempts) if attempts else outcome
    memo = RunMemo(
        name=order.name,
        scheduled_for=outcome.scheduled_for,
        started_at=outcome.started_at,
        lateness=outcome.lateness,
        attempts=outcome.attempts,
        error=outcome.error
        and outcome.error.model_copy(update={"message": outcome.error.message[:300]}),
    )
    workflow.upsert_memo({naming.RUN_MEMO: memo})
    updates: list[SearchAttributeUpdate[str]] = []
    if outcome.status is RunStatus.SKIPPED:
        updates.append(naming.STATUS.value_set(naming.State.SKIPPED))
    elif outcome.status is RunStatus.TIMED_OUT:
        updates.append(naming.STATUS.value_set(naming.State.TIMED_OUT))
    elif _late(order, outcome) and workflow.patched(_LATE_STARTS):
        updates.append(naming.STATUS.value_set(naming.State.LATE))
    if updates:
        workflow.upsert_search_attributes(updates)
    return outcome


def _late(order: RunOrder, outcome: RunOutcome) -> bool:
    """Whether a run by schedule began later than promised."""
    return order.cause is RunCause.TRIGGER and outcome.lateness > PROMISE
