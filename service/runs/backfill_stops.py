"""Ends the backfills of a task that was deleted."""

from __future__ import annotations

from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.stored.backfill import BackfillStop
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import literal


async def stop_backfills(temporal: Temporal, deleted: TaskState) -> None:
    """Have the backfills of a deleted task begin no other run; those in progress finish.

    One that a list does not show yet sees by itself that its task is gone.

    Raises:
        TemporalUnavailable: Temporal does not answer.
    """
    client, stop = temporal.client, BackfillStop(registered_at=deleted.created_at)
    listed = client.list_workflows(
        f"WorkflowType = '{naming.BACKFILL}' AND {naming.TASK_ID.name} = {literal(deleted.id)} "
        f"AND ExecutionStatus = 'Running'",
        page_size=1000,
    )
    await temporal.ask(listed.fetch_next_page())
    for row in listed.current_page or ():
        try:
            await temporal.ask(client.get_workflow_handle(row.id).signal(naming.STOP, stop))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
