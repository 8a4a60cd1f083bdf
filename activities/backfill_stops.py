"""Ends the backfills of a task that was deleted."""

from __future__ import annotations

from datetime import datetime

from temporalio.client import Client

from onthedot import naming
from onthedot.activities.missing import missing_ok
from onthedot.scheduling.stored.backfill import BackfillStop


async def stop_backfills(client: Client, task_id: str, registered_at: datetime) -> None:
    """Keep the backfills of a deleted task from beginning another run; runs in progress finish.

    A backfill that lists do not show yet notices on its own that its task is gone.

    Raises:
        RPCError: Temporal did not respond; the call may be repeated.
    """
    stop = BackfillStop(registered_at=registered_at)
    listed = client.list_workflows(
        f"WorkflowType = '{naming.BACKFILL}' AND {naming.TASK_ID.name} = '{task_id}' "
        f"AND ExecutionStatus = 'Running'",
        page_size=1000,
    )
    await listed.fetch_next_page()
    for row in listed.current_page or ():
        with missing_ok:
            await client.get_workflow_handle(row.id).signal(naming.STOP, stop)
