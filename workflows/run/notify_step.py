"""At the end of a run, checks whether to send a notification."""

from __future__ import annotations

from datetime import timedelta

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from onthedot import naming
from onthedot.scheduling.notify import EndedRun, FailureRow
from onthedot.scheduling.run import Run, RunStatus
from onthedot.scheduling.stored.run_order import RunOrder, RunOutcome

_MARGIN = timedelta(seconds=10)


async def notify(order: RunOrder, outcome: RunOutcome, *, run_id: str) -> RunOutcome:
    """Start a notification if one is due. A failure here does not fail the run.

    Returns:
        The outcome, with the row of failures that it extends.
    """
    if order.notify is None or not _concerns_health(outcome):
        return outcome
    run = Run(
        id=run_id,
        task_id=order.task_id,
        status=outcome.status,
        scheduled_for=outcome.scheduled_for,
        started_at=outcome.started_at,
        finished_at=outcome.finished_at,
        lateness=outcome.lateness,
        attempts=outcome.attempts,
        cause=order.cause,
        error=outcome.error,
        output=outcome.output,
    )
    try:
        row: FailureRow | None = await workflow.execute_local_activity(
            naming.NOTIFY,
            EndedRun(notify=order.notify, name=order.name, run=run, handed=_handed()),
            result_type=FailureRow | None,  # type: ignore[arg-type]  # a union is no type to mypy
            start_to_close_timeout=_MARGIN,
            retry_policy=RetryPolicy(maximum_attempts=5),
            summary="Check whether to send a notification",
        )
    except (ActivityError, ApplicationError):
        workflow.logger.error("Could not check whether to send a notification for %s", run_id)
        return outcome
    return outcome.model_copy(update={"row": row}) if row else outcome


def _handed() -> FailureRow | None:
    failure = workflow.get_last_failure()
    if not isinstance(failure, ApplicationError) or not failure.details:
        return None
    try:
        return RunOutcome.model_validate(failure.details[0]).row
    except ValidationError:
        return None


def _concerns_health(outcome: RunOutcome) -> bool:
    """Whether the run counts for the task's health: cancelled and skipped ones do not."""
    if outcome.status is RunStatus.SKIPPED:
        return outcome.error is not None and outcome.error.type == "Missed"
    return outcome.status is not RunStatus.CANCELLED
