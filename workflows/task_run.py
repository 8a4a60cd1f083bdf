"""One run of a recurring task, or a manual run."""

from __future__ import annotations

from temporalio import workflow

from onthedot import naming
from onthedot.scheduling.run import RunCause, RunError
from onthedot.scheduling.stored.run_order import RunOrder, RunOutcome
from onthedot.workflows.freeze_gate import FreezeGate
from onthedot.workflows.run.execution import execute_run, not_an_occurrence, skip


@workflow.defn(name=naming.TASK_RUN, sandboxed=False)
class TaskRun:
    """Started by a task's schedule at each occurrence, or directly for other causes."""

    @workflow.run
    async def run(self, order: RunOrder) -> RunOutcome:
        """Carry out the order; see `execute_run` for how it ends."""
        due = order.scheduled_for
        if due is None:
            nominal = workflow.info().typed_search_attributes.get(naming.SCHEDULED_START)
            due = (nominal or workflow.info().workflow_start_time) + order.jitter
        begun = workflow.info().workflow_start_time
        if order.cause is RunCause.TRIGGER or order.released:
            until = max(due, begun) + order.deadline
            freeze = await FreezeGate(order.task_id).freeze(due=due, until=until)
            # A freeze can hold only true occurrences.
            if freeze is not None and not await not_an_occurrence(order, due):
                error = RunError(type="Frozen", message=freeze.reason)
                return await skip(order, due=due, error=error)
        return await execute_run(order, due=due, begun=begun)
