"""Passes a change to a task, or reports why that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from temporalio.client import (
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.access.audit_log import note
from onthedot.scheduling.errors import OnTheDotError, RevisionMismatch, TaskNotFound, WrongState
from onthedot.scheduling.outages import NotInForce, NoWorker, TemporalUnavailable, WorkerBehind
from onthedot.scheduling.stored.task_change import Change, ChangeKind, RefusedChange
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import TaskStatus
from onthedot.service.tasks.rows import row_of, task_status
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.updates import answered, sent, why_hopeless

#: The SDK's message if it cannot read an Update's arguments.
_NOT_READ = "Failed decoding arguments"


async def execute(temporal: Temporal, task_id: str, change: Change) -> TaskState | None:
    """Make a task carry out a change.

    Returns:
        The state with the change in force; None if the task is closed or missing.

    Raises:
        NoWorker: no worker picked up the change before it expired.
        NotInForce: the task accepted the change, but cannot carry it out yet.
        RevisionMismatch, WrongState, TaskNotFound: the task refused it.
    """
    taken = asyncio.Event()
    update = _carried_out(temporal, task_id, change, taken)
    try:
        state = await answered(update, _until_hopeless(temporal, task_id, change, taken))
    except WorkflowUpdateFailedError as error:
        raise _refused(error, task_id, change, temporal) from error
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        gone = NotInForce(task_id) if taken.is_set() else NoWorker(temporal.task_queue, idle=False)
        raise gone from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        if taken.is_set():
            raise NotInForce(
                task_id, f"Temporal does not respond ({error.status.name})."
            ) from error
        if error.status is RPCStatusCode.FAILED_PRECONDITION:
            # The worker could not read it; Temporal gives it to another one.
            raise NoWorker(temporal.task_queue) from error
        with temporal.translated():
            raise
        raise
    deletes = change.kind is ChangeKind.DELETE
    facts = {} if deletes else {"after": state.revision}
    note(task_id, before=state.revision - (0 if deletes else 1), **facts)
    return state


async def _carried_out(
    temporal: Temporal, task_id: str, change: Change, taken: asyncio.Event
) -> TaskState:
    """The state with the change in force; `taken` is set once the task has durably accepted it."""
    handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))

    def send(update_id: str) -> Awaitable[WorkflowUpdateHandle[TaskState]]:
        return handle.start_update(
            naming.CHANGE,
            change,
            id=update_id,
            wait_for_stage=WorkflowUpdateStage.ACCEPTED,
            result_type=TaskState,
            rpc_timeout=2 * temporal.change_timeout,
        )

    update = await sent(send)
    taken.set()
    return await update.result(rpc_timeout=2 * temporal.change_timeout)


async def _until_hopeless(
    temporal: Temporal, task_id: str, change: Change, taken: asyncio.Event
) -> OnTheDotError:
    """Return the reason as soon as no answer can come any more; at the latest at expiry."""
    reason = await _why_hopeless(temporal, task_id, change)
    return NotInForce(task_id) if taken.is_set() else reason


async def _why_hopeless(temporal: Temporal, task_id: str, change: Change) -> OnTheDotError:
    seconds = int(temporal.change_timeout.total_seconds())
    patience = seconds
    for passed in range(2 * seconds):
        if passed >= patience:
            break
        if (reason := await why_hopeless(temporal, "task")) is not None:
            return reason
        if await _is_running(temporal, task_id):
            if change.kind is not ChangeKind.DELETE:
                return _running(task_id, change)
            # A run's first attempt blocks the task, which handles Updates every few seconds.
            patience = 2 * seconds
        await asyncio.sleep(0.5)
    return NoWorker(temporal.task_queue, idle=False)


async def _is_running(temporal: Temporal, task_id: str) -> bool:
    """Whether it is a one-time task that is due: it refuses every change except deletion."""
    try:
        execution = await temporal.described(naming.task_workflow(task_id))
    except (RPCError, TemporalUnavailable):
        return False
    row = await row_of(execution) if execution else None
    if execution is None or row is None:
        return False
    return task_status(execution, row.definition, temporal.now()) is TaskStatus.RUNNING


def _running(task_id: str, change: Change) -> WrongState:
    return WrongState(
        f"Task {task_id!r} is running: its only occurrence has come. "
        f"Repeat the {change.kind.value} when the run has ended, or cancel the run."
    )


def _refused(
    error: WorkflowUpdateFailedError, task_id: str, change: Change, temporal: Temporal
) -> Exception:
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return error
    if cause.message == _NOT_READ:
        return WorkerBehind()
    match cause.type:
        case RefusedChange.REVISION:
            current = cause.details[0] if cause.details else 0
            return RevisionMismatch(task_id, int(current))
        case RefusedChange.EXPIRED:
            return NoWorker(temporal.task_queue)
        case RefusedChange.NOT_YET:
            return NotInForce(task_id, cause.message)
        case RefusedChange.DELETED:
            return TaskNotFound(task_id)
        case RefusedChange.STATE:
            return _running(task_id, change)
        case _:
            return error
