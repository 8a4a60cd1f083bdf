"""One run of a recurring task, or one that was asked for by hand."""

from __future__ import annotations

from temporalio import workflow

from onthedot import naming
from onthedot.scheduling.stored.run_order import RunOrder, RunOutcome
from onthedot.workflows.execution import execute_run


@workflow.defn(name=naming.TASK_RUN, sandboxed=False)
class TaskRun:
    """Started by a task's schedule at each occurrence, or directly: a manual or backfilled run."""

    @workflow.run
    async def run(self, order: RunOrder) -> RunOutcome:
        """Carry out the order; see `execute_run` for how it ends."""
        due = order.scheduled_for
        if due is None:
            nominal = workflow.info().typed_search_attributes.get(naming.SCHEDULED_START)
            due = (nominal or workflow.info().workflow_start_time) + order.jitter
        return await execute_run(order, due=due, begun=workflow.info().workflow_start_time)
