"""The steps by which a task's workflow acts on the world around it."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from onthedot import naming
from onthedot.scheduling.run import RunCause
from onthedot.scheduling.search import terms
from onthedot.scheduling.stored.schedule_order import Applied, ScheduleOrder, ScheduleRemoval
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import Health
from onthedot.scheduling.trigger import OnceTrigger

_PATIENT = RetryPolicy(maximum_interval=timedelta(seconds=5))
_LONGEST = timedelta(seconds=20)


async def bring_schedule_in_line(state: TaskState) -> Applied:
    """Have the schedule of a recurring task be as the task says; tried until it works."""
    task, trigger = state.definition, state.definition.trigger
    assert not isinstance(trigger, OnceTrigger)
    applied: Applied = await workflow.execute_local_activity(
        naming.APPLY_SCHEDULE,
        ScheduleOrder(
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
        ),
        result_type=Applied,
        start_to_close_timeout=_LONGEST,
        retry_policy=_PATIENT,
        summary="Bring the schedule in line",
    )
    return applied


async def remove_schedule(task_id: str, *, start_due: bool) -> None:
    """Have the schedule deleted; tried until it works."""
    await workflow.execute_local_activity(
        naming.REMOVE_SCHEDULE,
        ScheduleRemoval(task_id=task_id, start_due=start_due),
        start_to_close_timeout=_LONGEST,
        retry_policy=_PATIENT,
        summary="Remove the schedule",
    )


def show(state: TaskState) -> None:
    """Put what lists show of a task, and filter it by, where they find it."""
    task = state.definition
    status = naming.State.PAUSED if task.paused else naming.State.SCHEDULED
    found_by = terms(state.id, task)
    workflow.upsert_memo({naming.TASK_MEMO: TaskRow.of(state)})
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


def show_health(health: Health) -> None:
    """Put how the last run went where a list filters by it."""
    workflow.upsert_search_attributes([naming.HEALTH.value_set(health.value)])


def mark(status: str) -> None:
    """Say what a list cannot tell from the execution's own status."""
    workflow.upsert_search_attributes([naming.STATUS.value_set(status)])
