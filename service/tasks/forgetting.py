"""Deletes closed tasks, which their workflow can no longer do itself."""

from __future__ import annotations

from contextlib import suppress

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.naming import attributes
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import TaskStatus
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.translate import LONG_AGO


async def forget(
    temporal: Temporal, state: TaskState, *, status: TaskStatus, by: str, why: str = ""
) -> bool:
    """Delete a closed task: its id is free immediately, its history goes within a minute.

    Temporal deletes a workflow only some time after it closed. So an execution that is marked as
    deleted replaces it immediately, and keeps the task's state for the retention.

    Args:
        status: how it had ended.
        why: a note, which its history shows.

    Returns:
        False if the task was armed again meanwhile.

    Raises:
        TemporalUnavailable: Temporal does not respond; the call may be repeated.
    """
    client, workflow_id = temporal.client, naming.task_workflow(state.id)
    with temporal.translated():
        await _remove_schedule(temporal, state.id)
        past = [row async for row in client.list_workflows(f"WorkflowId = '{workflow_id}'")]
        deleted = state.model_copy(
            update={
                "not_after": LONG_AGO,
                "deleted_at": temporal.now(),
                "deleted_by": by,
                "ended_as": status.value,
            }
        )
        try:
            marker = await client.start_workflow(
                naming.TASK,
                deleted,
                id=workflow_id,
                task_queue=temporal.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                memo={naming.TASK_MEMO: TaskRow.of(deleted)} | ({naming.NOTE: why} if why else {}),
                search_attributes=attributes.task_attributes(deleted, status=naming.State.DELETED),
                static_summary="Deleted",
                rpc_timeout=temporal.rpc_timeout,
            )
        except WorkflowAlreadyStartedError:
            return False
        with suppress(RPCError):
            await marker.terminate(reason="Deleted")
        for execution in past:
            await _delete(temporal, execution.id, execution.run_id)
    return True


async def _remove_schedule(temporal: Temporal, task_id: str) -> None:
    """Remove the schedule that a task left behind if it was terminated from outside."""
    try:
        await temporal.client.get_schedule_handle(naming.schedule(task_id)).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def _delete(temporal: Temporal, workflow_id: str, execution: str) -> None:
    try:
        await temporal.client.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(
                namespace=temporal.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=execution),
            )
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
