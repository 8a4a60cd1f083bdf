"""A task as the ledger needs it: its definitions over time, and the state of its schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from temporalio.client import (
    ScheduleActionStartWorkflow,
    ScheduleDescription,
    WorkflowExecutionStatus,
)

from onthedot import naming
from onthedot.naming.queries import literal
from onthedot.scheduling.ledger.evidence import End, ScheduleEvidence
from onthedot.scheduling.ledger.expected import Period
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.ledger.definition_history import DefinitionHistory, read_definitions
from onthedot.service.tasks.finding import FoundTask
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.raw_rows import decoded

_END = {
    WorkflowExecutionStatus.CANCELED: End.CANCELLED,
    WorkflowExecutionStatus.TERMINATED: End.TERMINATED,
}


@dataclass(frozen=True)
class TaskEvidence:
    """One task, read from its workflows."""

    found: FoundTask
    definitions: DefinitionHistory
    earlier: tuple[Period, ...] = ()
    """The definitions of earlier workflows, from before it was armed again."""

    @property
    def task_id(self) -> str:
        """The task's id in REST."""
        return self.found.task_id

    @property
    def ended_at(self) -> datetime | None:
        """When it closed."""
        return None if self.found.open else self.found.execution.close_time

    @property
    def end(self) -> End | None:
        """How it closed."""
        if self.found.open:
            return None
        return _END.get(
            self.found.execution.status or WorkflowExecutionStatus.COMPLETED, End.FINISHED
        )

    @property
    def registered_at(self) -> datetime:
        """Since when it can be due; a one-time task may be registered after its instant."""
        instants = [
            period.entry.trigger.at
            for period in self.periods()
            if isinstance(period.entry.trigger, OnceTrigger)
        ]
        return min([self.found.row.created_at, *(at for at in instants if at is not None)])

    def periods(self) -> list[Period]:
        """Its definitions, oldest first. A terminated task should have continued."""
        once = self.found.definition.trigger.kind == "once"
        ended_at = None if once or self.end is End.TERMINATED else self.ended_at
        return [*self.earlier, *self.definitions.periods(ended_at)]


async def read_task_evidence(temporal: Temporal, task_id: str, since: datetime) -> TaskEvidence:
    """A task, with its definitions back to `since`. Raises TaskNotFound."""
    found = await TaskReader(temporal).find(task_id)
    definitions = await _definitions(temporal, found.execution.id, found.execution.run_id)
    created_at = found.row.created_at
    reaches = min((entry.since for entry in definitions.entries), default=created_at)
    if reaches <= max(since, created_at):
        return TaskEvidence(found, definitions)
    earlier: dict[int, Period] = {}
    listed = temporal.client.list_workflows(
        f"WorkflowType = '{naming.TASK}' AND {naming.TASK_ID.name} = {literal(task_id)}",
        page_size=100,
    )
    with temporal.translated():
        rows = [row async for row in listed if row.run_id != found.execution.run_id]
    for row in sorted(rows, key=lambda row: row.start_time):
        before = await _definitions(temporal, row.id, row.run_id)
        if before.definition_state.created_at == created_at:
            for period in before.periods(row.close_time):
                if period.since < reaches:
                    earlier[period.entry.revision] = period
    return TaskEvidence(
        found, definitions, tuple(earlier[revision] for revision in sorted(earlier))
    )


async def read_schedule_evidence(temporal: Temporal, task_id: str) -> ScheduleEvidence | None:
    """The current schedule of a task; None if there is none."""
    handle = temporal.client.get_schedule_handle(naming.schedule(task_id))
    described = await temporal.ask_or_none(handle.describe())
    if described is None:
        return None
    state, info = described.schedule.state, described.info
    return ScheduleEvidence(
        created_at=info.created_at,
        paused=state.paused,
        revision=await _revision(temporal, described),
        next_at=info.next_action_times[0] if info.next_action_times else None,
        missed=info.num_actions_missed_catchup_window,
        remaining=state.remaining_actions if state.limited_actions else None,
    )


async def _definitions(temporal: Temporal, workflow_id: str, execution: str) -> DefinitionHistory:
    handle = temporal.client.get_workflow_handle(workflow_id, run_id=execution)
    history = await temporal.ask(handle.fetch_history())
    return await read_definitions(temporal.client, history)


async def _revision(temporal: Temporal, described: ScheduleDescription) -> int | None:
    """The revision whose order the schedule starts; None if it starts something else."""
    action = described.schedule.action
    if not isinstance(action, ScheduleActionStartWorkflow) or action.workflow != naming.TASK_RUN:
        return None
    try:
        order = await decoded(temporal.client, [*action.args], RunOrder)
    except (ValueError, IndexError, RuntimeError):
        return None
    return order.revision
