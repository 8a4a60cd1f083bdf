"""Deletes closed tasks, which their workflow can no longer do itself."""

from __future__ import annotations

from contextlib import suppress

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from onthedot import naming
from onthedot.activities.missing import missing_ok
from onthedot.activities.schedule.calls import ScheduleCalls
from onthedot.naming import attributes
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import LONG_AGO, TaskState
from onthedot.scheduling.task import TaskStatus
from onthedot.service.temporal.calls import Temporal


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
        # A task that was terminated from outside may have left its schedule behind.
        await ScheduleCalls(client).remove(state.id)
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
            with missing_ok:
                await client.workflow_service.delete_workflow_execution(
                    DeleteWorkflowExecutionRequest(
                        namespace=client.namespace,
                        workflow_execution=WorkflowExecution(
                            workflow_id=execution.id, run_id=execution.run_id
                        ),
                    ),
                    retry=True,
                )
    return True
