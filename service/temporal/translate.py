"""Translates Temporal's responses to the domain's terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from onthedot import naming
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.outages import LaterRelease
from onthedot.scheduling.run import Links, RunCause, RunStatus, ShortRun
from onthedot.scheduling.stored.run_order import RunMemo
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.task import Health, Task, TaskDefinition, TaskStatus
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.temporal.calls import Temporal

#: The `not_after` of a start that marks a deletion: no start is early enough to count.
LONG_AGO = datetime.fromtimestamp(0, UTC)

#: How many next runs a task in a response has.
NEXT_RUNS = 5

_CLOSED_TASK = {
    WorkflowExecutionStatus.COMPLETED: TaskStatus.COMPLETED,
    WorkflowExecutionStatus.FAILED: TaskStatus.FAILED,
    WorkflowExecutionStatus.TIMED_OUT: TaskStatus.FAILED,
    WorkflowExecutionStatus.CANCELED: TaskStatus.CANCELLED,
    WorkflowExecutionStatus.TERMINATED: TaskStatus.CANCELLED,
}
_RUN = {
    WorkflowExecutionStatus.RUNNING: RunStatus.RUNNING,
    WorkflowExecutionStatus.COMPLETED: RunStatus.SUCCEEDED,
    WorkflowExecutionStatus.FAILED: RunStatus.FAILED,
    WorkflowExecutionStatus.TIMED_OUT: RunStatus.TIMED_OUT,
    WorkflowExecutionStatus.CANCELED: RunStatus.CANCELLED,
    WorkflowExecutionStatus.TERMINATED: RunStatus.TERMINATED,
}
_OVERRIDE = {
    naming.State.SKIPPED: RunStatus.SKIPPED,
    naming.State.TIMED_OUT: RunStatus.TIMED_OUT,
}


async def row_of(execution: WorkflowExecution) -> TaskRow | None:
    """The memo of a task's workflow; None if it is not a task, or deleted."""
    row = await _row(execution, deleted=False)
    return None if row is None or came_too_late(execution, row) else row


async def known_row(execution: WorkflowExecution) -> TaskRow | None:
    """The same for lists of tasks: None, too, if a later release stored it in a form that this
    release does not know, so that one such task does not fail the list."""
    try:
        return await row_of(execution)
    except LaterRelease:
        return None


async def task_rows(temporal: Temporal, payloads: Sequence[Payload]) -> list[TaskRow | None]:
    """Memos of tasks. None stands for what a later release stored, and this one does not know."""
    converter = temporal.client.data_converter
    try:
        return await converter.decode(payloads, [TaskRow] * len(payloads))
    except LaterRelease:
        if len(payloads) == 1:
            return [None]
    return [row for each in payloads for row in await task_rows(temporal, [each])]


async def deleted_row(execution: WorkflowExecution) -> TaskRow | None:
    """The memo of a deleted task that is kept; None for everything else."""
    row = await _row(execution, deleted=True)
    if row is None or row.deleted_at is not None:
        return row
    # An earlier release did not record when. A late registration is marked in the same way.
    if came_too_late(execution, row) and row.not_after != LONG_AGO:
        return None
    at = execution.close_time or execution.start_time
    return row.model_copy(update={"deleted_at": at})


async def _row(execution: WorkflowExecution, *, deleted: bool) -> TaskRow | None:
    is_deleted = execution.typed_search_attributes.get(naming.STATUS) == naming.State.DELETED
    if execution.workflow_type != naming.TASK or is_deleted is not deleted:
        return None
    row = await execution.memo_value(naming.TASK_MEMO, None, type_hint=TaskRow)
    return None if execution.status is WorkflowExecutionStatus.CONTINUED_AS_NEW else row


def came_too_late(execution: WorkflowExecution, row: TaskRow) -> bool:
    """Whether it is a registration that Temporal accepted only after it was answered 503."""
    return row.not_after is not None and execution.start_time > row.not_after


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


@dataclass(frozen=True)
class ListedRun:
    """What a list shows of one run in addition to its memo."""

    workflow_id: str
    execution: str
    status: WorkflowExecutionStatus
    start_time: datetime
    close_time: datetime | None
    task_id: str
    state: str
    cause: str
    due: datetime | None
    requested_by: str
    note: str


async def short_run(temporal: Temporal, execution: WorkflowExecution) -> ShortRun:
    """A run as a list shows it."""
    attributes = execution.typed_search_attributes
    listed = ListedRun(
        workflow_id=execution.id,
        execution=execution.run_id,
        status=execution.status or WorkflowExecutionStatus.TERMINATED,
        start_time=execution.start_time,
        close_time=execution.close_time,
        task_id=attributes.get(naming.TASK_ID) or "",
        state=attributes.get(naming.STATUS) or "",
        cause=attributes.get(naming.CAUSE) or "",
        due=attributes.get(naming.DUE) or attributes.get(naming.SCHEDULED_START),
        requested_by=await execution.memo_value(naming.REQUESTED_BY, "", type_hint=str),
        note=await execution.memo_value(naming.NOTE, "", type_hint=str),
    )
    memo = await execution.memo_value(naming.RUN_MEMO, None, type_hint=RunMemo)
    return run_of(temporal, listed, memo)


def run_of(temporal: Temporal, listed: ListedRun, memo: RunMemo | None) -> ShortRun:
    """The run that a row and its memo describe."""
    status = _RUN[listed.status]
    if status is not RunStatus.RUNNING:
        status = _OVERRIDE.get(listed.state, status)
    return ShortRun(
        id=RunAddress(listed.workflow_id, listed.execution).run_id,
        task_id=listed.task_id,
        task_name=memo.name if memo else "",
        status=status,
        scheduled_for=memo.scheduled_for if memo else listed.due or listed.start_time,
        started_at=memo.started_at if memo else None,
        finished_at=listed.close_time,
        lateness=memo.lateness if memo else None,
        attempts=memo.attempts if memo else 0,
        cause=RunCause(listed.cause) if listed.cause else RunCause.TRIGGER,
        requested_by=listed.requested_by,
        note=listed.note,
        error=memo.error if memo else None,
        links=Links(temporal_ui=temporal.ui_link(listed.workflow_id, listed.execution)),
    )


async def own_run(
    temporal: Temporal, execution: WorkflowExecution, now: datetime
) -> ShortRun | None:
    """The run of a one-time task that came due; None for other tasks."""
    attributes = execution.typed_search_attributes
    due, status = attributes.get(naming.DUE), attributes.get(naming.STATUS)
    if attributes.get(naming.KIND) != "once" or due is None or due > now:
        return None
    if status in (naming.State.DELETED, naming.State.WITHDRAWN, naming.State.PAUSED):
        return None
    return await short_run(temporal, execution)
