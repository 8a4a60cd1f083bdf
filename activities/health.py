"""Has a task know how its last run went, where that is not what it knows already."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from onthedot import naming
from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.scheduling.stored.run_order import RunRecord
from onthedot.scheduling.task import Health, HealthReport

log = logging.getLogger("onthedot.health")

_PATIENCE = timedelta(seconds=3)

#: A run that was cancelled, terminated or skipped says nothing of its task.
_HEALTH = {
    RunStatus.SUCCEEDED: Health.HEALTHY,
    RunStatus.FAILED: Health.FAILING,
    RunStatus.TIMED_OUT: Health.FAILING,
}


async def report_health(client: Client, run: RunRecord) -> None:
    """Tell the task of a run that ended, on a change only: reading costs it no event.

    Should this fail, the run counts all the same, and the next one tells.
    """
    health = _HEALTH.get(run.status)
    own = run.kind == "once" and run.cause is RunCause.TRIGGER
    if health is None or own or not run.task:
        # A one-time task that came due is its own run, and closes as that ends.
        return
    handle = client.get_workflow_handle(naming.task_workflow(run.task))
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            task = await handle.describe()
            known = task.typed_search_attributes.get(naming.HEALTH)
            if task.status is WorkflowExecutionStatus.RUNNING and known != health.value:
                report = HealthReport(health=health, at=run.finished_at)
                await handle.signal(naming.HEALTH_REPORT, report)
    except (RPCError, TimeoutError) as error:
        log.warning("%s does not know yet that a run of it ended: %s", run.task, error)
