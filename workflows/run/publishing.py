"""Records the end of every run, and publishes it for lists."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeUpdate
from temporalio.exceptions import ActivityError, ApplicationError

from onthedot import naming
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.ledger.entries import PROMISE
from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.scheduling.stored.run_order import (
    Attempts,
    RunMemo,
    RunOrder,
    RunOutcome,
    RunRecord,
    corrected,
)

_LONGEST_RECORD = timedelta(seconds=20)

#: Patch: runs of earlier releases do not publish late starts for lists.
_LATE_STARTS = "late-starts"


def run_id() -> str:
    """The REST id of this workflow's run."""
    info = workflow.info()
    return RunAddress(info.workflow_id, info.run_id).run_id


async def publish(order: RunOrder, outcome: RunOutcome, *, unsure: bool) -> RunOutcome:
    """Record the outcome; returns it with the looked-up attempts of a run `unsure` of them."""
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
        after_failure=workflow.get_last_failure() is not None,
    )
    try:
        attempts: Attempts | None = await workflow.execute_local_activity(
            naming.RECORD,
            record,
            result_type=Attempts | None,  # type: ignore[arg-type]  # a union is no type to mypy
            start_to_close_timeout=_LONGEST_RECORD,
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
    """Whether a scheduled run began later than promised."""
    return order.cause is RunCause.TRIGGER and outcome.lateness > PROMISE
