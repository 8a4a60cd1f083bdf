"""Tasks as their workflows show them: the row in the memo, the status, the health, the response."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from temporalio.api.common.v1 import Payload
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from onthedot import naming
from onthedot.scheduling.outages import LaterRelease
from onthedot.scheduling.run import Links, RunStatus, ShortRun
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import LONG_AGO
from onthedot.scheduling.task import Health, Task, TaskDefinition, TaskStatus
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.temporal.calls import Temporal

#: How many next runs a task in a response has.
NEXT_RUNS = 5

#: Raw rows decoded at a time, which occupies the event loop for about 20 ms.
_DECODED = 100

_CLOSED_TASK = {
    WorkflowExecutionStatus.COMPLETED: TaskStatus.COMPLETED,
    WorkflowExecutionStatus.FAILED: TaskStatus.FAILED,
    WorkflowExecutionStatus.TIMED_OUT: TaskStatus.FAILED,
    WorkflowExecutionStatus.CANCELED: TaskStatus.CANCELLED,
    WorkflowExecutionStatus.TERMINATED: TaskStatus.CANCELLED,
}


async def row_of(execution: WorkflowExecution) -> TaskRow | None:
    """The memo of a task's workflow; None if it is not a task, or deleted."""
    row = await _row(execution, deleted=False)
    return None if row is None or came_too_late(row, execution.start_time) else row


async def known_row(execution: WorkflowExecution) -> TaskRow | None:
    """The same for lists of tasks: None, too, if a later release stored it in a form that this
    release does not know, so that one such task does not fail the list."""
    try:
        return await row_of(execution)
    except LaterRelease:
        return None


async def decoded_rows(
    temporal: Temporal, executions: Sequence[WorkflowExecutionInfo]
) -> AsyncIterator[tuple[WorkflowExecutionInfo, TaskRow | None]]:
    """Raw rows, each with its memo; None for what a later release stored, and this one does not
    know. Other calls proceed in between."""
    for n in range(0, len(executions), _DECODED):
        some = executions[n : n + _DECODED]
        memos = await _memos(temporal, [info.memo.fields[naming.TASK_MEMO] for info in some])
        for info, memo in zip(some, memos, strict=True):
            yield info, memo
        await asyncio.sleep(0)


async def _memos(temporal: Temporal, payloads: Sequence[Payload]) -> list[TaskRow | None]:
    try:
        converter = temporal.client.data_converter
        return await converter.decode(payloads, [TaskRow] * len(payloads))
    except LaterRelease:
        if len(payloads) == 1:
            return [None]
    return [row for each in payloads for row in await _memos(temporal, [each])]


async def deleted_row(execution: WorkflowExecution) -> TaskRow | None:
    """The memo of a deleted task that is kept; None for everything else."""
    row = await _row(execution, deleted=True)
    if row is None or row.deleted_at is not None:
        return row
    # An earlier release did not record when. A late registration is marked in the same way.
    if came_too_late(row, execution.start_time) and row.not_after != LONG_AGO:
        return None
    at = execution.close_time or execution.start_time
    return row.model_copy(update={"deleted_at": at})


async def _row(execution: WorkflowExecution, *, deleted: bool) -> TaskRow | None:
    is_deleted = execution.typed_search_attributes.get(naming.STATUS) == naming.State.DELETED
    if execution.workflow_type != naming.TASK or is_deleted is not deleted:
        return None
    row = await execution.memo_value(naming.TASK_MEMO, None, type_hint=TaskRow)
    return None if execution.status is WorkflowExecutionStatus.CONTINUED_AS_NEW else row


def came_too_late(row: TaskRow, started_at: datetime) -> bool:
    """Whether it is a registration that Temporal accepted only after it was answered 503."""
    return row.not_after is not None and started_at > row.not_after


def task_status(
    execution: WorkflowExecution, definition: TaskDefinition, now: datetime
) -> TaskStatus:
    """The status of a task, from its workflow."""
    if execution.typed_search_attributes.get(naming.STATUS) == naming.State.DELETED:
        return TaskStatus.DELETED
    if execution.status is not WorkflowExecutionStatus.RUNNING:
        return _CLOSED_TASK.get(
            execution.status or WorkflowExecutionStatus.TERMINATED, TaskStatus.CANCELLED
        )
    if definition.paused:
        return TaskStatus.PAUSED
    trigger = definition.trigger
    if isinstance(trigger, OnceTrigger) and trigger.at is not None and trigger.at <= now:
        return TaskStatus.RUNNING
    return TaskStatus.SCHEDULED


def task_health(execution: WorkflowExecution) -> Health:
    """The health of a task; a one-time task that came due is its own run."""
    attributes = execution.typed_search_attributes
    # The workflow of a one-time task that was deleted is complete, but no run.
    deleted = attributes.get(naming.STATUS) == naming.State.DELETED
    status = None if deleted else execution.status
    return health_of(status, attributes.get(naming.KIND), attributes.get(naming.HEALTH))


def health_of(
    status: WorkflowExecutionStatus | None, kind: str | None, health: str | None
) -> Health:
    """The same, from the status of the task's workflow and its search attributes."""
    if kind == "once":
        match status:
            case WorkflowExecutionStatus.COMPLETED:
                return Health.HEALTHY
            case WorkflowExecutionStatus.FAILED | WorkflowExecutionStatus.TIMED_OUT:
                return Health.FAILING
    return Health(health or Health.NEVER_RAN)


def answered(
    temporal: Temporal,
    task_id: str,
    row: TaskRow,
    status: TaskStatus,
    *,
    definition: TaskDefinition | None = None,
    next_runs: Sequence[datetime] = (),
    last_run: ShortRun | None = None,
    health: Health = Health.NEVER_RAN,
) -> Task:
    """A task as a response; `definition` is needed if the row is abridged."""
    abridged = row.abridged and definition is None
    definition = definition or row.definition
    if last_run is not None and not last_run.task_name:
        last_run = last_run.model_copy(update={"task_name": definition.name})
    if last_run is not None and last_run.status is RunStatus.RUNNING:
        status = TaskStatus.RUNNING if status is TaskStatus.SCHEDULED else status
    return Task(
        **dict(definition),
        id=task_id,
        status=status,
        health=health,
        note=row.note,
        paused_until=row.paused_until,
        problem=row.problem,
        next_runs=tuple(next_runs),
        last_run=last_run,
        created_at=row.created_at,
        updated_at=row.defined_at or row.updated_at,
        updated_by=row.defined_by if row.defined_at else row.updated_by,
        changed_at=row.updated_at,
        changed_by=row.updated_by,
        paused_at=row.paused_at,
        paused_by=row.paused_by,
        deleted_at=row.deleted_at,
        deleted_by=row.deleted_by,
        revision=row.revision,
        abridged=abridged,
        links=Links(temporal_ui=temporal.ui_link(naming.task_workflow(task_id))),
    )
