"""A task workflow's activities, and what it publishes for readers and lists."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from onthedot import naming
from onthedot.scheduling.run import RunCause
from onthedot.scheduling.search import terms
from onthedot.scheduling.stored.schedule_order import (
    Applied,
    Removed,
    ScheduleOrder,
    ScheduleRemoval,
)
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import TaskState, max_runs
from onthedot.scheduling.task import Health
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.workflows.refusals import Refusal

#: Attempts wait within a workflow task, and every few seconds of that cost three events.
_FEW = RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_attempts=3)
_LONGEST = timedelta(seconds=20)


async def reconcile_schedule(state: TaskState) -> Applied | Refusal:
    """Make the schedule of a recurring task match the task; tried a few times."""
    try:
        applied: Applied = await workflow.execute_local_activity(
            naming.APPLY_SCHEDULE,
            _ordered(state),
            result_type=Applied,
            start_to_close_timeout=_LONGEST,
            retry_policy=_FEW,
            summary="Bring the schedule in line",
        )
    except (ActivityError, ApplicationError) as error:
        return Refusal.of(error)
    return applied


def _ordered(state: TaskState) -> ScheduleOrder:
    task, trigger = state.definition, state.definition.trigger
    assert not isinstance(trigger, OnceTrigger)
    return ScheduleOrder(
        run=state.order(cause=RunCause.TRIGGER),
        trigger=trigger,
        overlap=task.overlap,
        catchup_window=task.catchup_window,
        paused=task.paused,
        note=state.note,
        covered_until=state.covered_until,
        owner=workflow.info().first_execution_run_id,
        remaining=state.remaining,
        counted_from=state.counted_from,
        look=state.look,
        held=state.held,
    )


async def remove_schedule(state: TaskState, *, start_due: bool) -> Removed | Refusal:
    """Delete the schedule; tried a few times."""
    counts = state.deleted_at is not None and max_runs(state.definition) is not None
    try:
        removed: Removed | None = await workflow.execute_local_activity(
            naming.REMOVE_SCHEDULE,
            ScheduleRemoval(
                task_id=state.id,
                start_due=start_due,
                counted=_ordered(state) if counts else None,
                deleted=state.created_at if state.deleted_at else None,
            ),
            result_type=Removed,
            start_to_close_timeout=_LONGEST,
            retry_policy=_FEW,
            summary="Remove the schedule",
        )
    except (ActivityError, ApplicationError) as error:
        return Refusal.of(error)
    # A worker of an earlier release said nothing.
    return removed or Removed()


def show(state: TaskState) -> None:
    """Publish what lists show of a task and filter by."""
    task = state.definition
    status = naming.State.PAUSED if task.paused else naming.State.SCHEDULED
    found_by = terms(state.id, task, state.calendars, state.zone_rules)
    publish(state)
    workflow.upsert_search_attributes(
        [
            naming.NAME.value_set(naming.sort_name(task.name)),
            naming.KIND.value_set(task.trigger.kind),
            naming.STATUS.value_set(status),
            naming.TAGS.value_set(list(task.tags)),
            naming.WORDS.value_set(list(found_by.words)),
            naming.MORE_WORDS.value_set(found_by.more),
            naming.LABELS.value_set(list(found_by.labels)),
            naming.DUE.value_set(state.due) if state.due else naming.DUE.value_unset(),
        ]
    )


def publish(state: TaskState) -> None:
    """Publish what changed in a task's state without a change by a caller."""
    workflow.upsert_memo({naming.TASK_MEMO: TaskRow.of(state)})


def show_health(health: Health) -> None:
    """Publish the health after the last run for lists to filter by."""
    workflow.upsert_search_attributes([naming.HEALTH.value_set(health.value)])


def mark_deleted(state: TaskState) -> None:
    """Remove a task from the lists, and keep what a restore needs."""
    mark(naming.State.DELETED)
    if workflow.patched(naming.KEEPS_DELETED):
        publish(state)


def mark(status: str) -> None:
    """Publish a status that lists cannot see in the execution's own."""
    workflow.upsert_search_attributes([naming.STATUS.value_set(status)])
