"""Finds single tasks, open, closed or deleted, without needing a worker."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus

from onthedot import naming
from onthedot.naming.queries import literal
from onthedot.scheduling.errors import TaskNotFound
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import Health, HealthReport, TaskDefinition
from onthedot.service.ledger.definition_history import read_definitions
from onthedot.service.tasks.rows import deleted_row, row_of, task_health
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.rows import first_rows

#: The fields of a row that are those of the task's state.
_OF_STATE = (
    *("revision", "created_at", "updated_at", "updated_by", "defined_at", "defined_by"),
    *("paused_at", "paused_by", "paused_until", "note", "deleted_at", "deleted_by"),
    *("remaining", "idempotency", "problem", "occurs_after"),
)


@dataclass(frozen=True)
class FoundTask:
    """A task as its workflow describes it."""

    execution: WorkflowExecutionDescription
    row: TaskRow
    definition: TaskDefinition

    @property
    def open(self) -> bool:
        """Whether it can still fire."""
        return self.execution.status is WorkflowExecutionStatus.RUNNING

    @property
    def task_id(self) -> str:
        """The task's id in REST."""
        return naming.id_in(self.execution.id)

    @property
    def state(self) -> TaskState:
        """The task's state, as far as its description shows it."""
        row, execution = self.row, self.execution
        health = task_health(execution)
        at = execution.close_time or execution.start_time
        return TaskState(
            id=self.task_id,
            definition=self.definition,
            covered_until=row.updated_at,
            **{field: getattr(row, field) for field in _OF_STATE},
            health=None if health is Health.NEVER_RAN else HealthReport(health=health, at=at),
        )


class TaskFinder:
    """Looks up tasks."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    async def find(self, task_id: str) -> FoundTask:
        """A task. Raises TaskNotFound."""
        found = await self.find_or_none(task_id)
        if found is None:
            raise TaskNotFound(task_id)
        return found

    async def find_or_none(self, task_id: str) -> FoundTask | None:
        """A task; None if there is none, or it was deleted."""
        execution = await self._described(task_id)
        row = await row_of(execution) if execution else None
        return await self._whole(execution, row) if execution and row else None

    async def check_key(self, task_id: str) -> None:
        """Check before a change that the result can be read.

        Raises:
            KeyMissing: this process lacks the key with which the task is encrypted.
        """
        if execution := await self._described(task_id):
            await row_of(execution)

    async def find_deleted_or_none(self, task_id: str) -> FoundTask | None:
        """A deleted task that is kept, if no other has its id; else None."""
        execution = await self._described(task_id)
        if execution is None or await row_of(execution) is not None:
            return None
        if await deleted_row(execution) is None:
            # A registration that was answered 503, and arrived too late, hides it.
            execution = await self._last_deleted(task_id)
        row = await deleted_row(execution) if execution else None
        return await self._whole(execution, row) if execution and row else None

    async def find_kept(self, task_id: str) -> FoundTask:
        """A task, or a deleted one that is kept. Raises TaskNotFound."""
        execution = await self._described(task_id)
        row = await row_of(execution) or await deleted_row(execution) if execution else None
        if execution is None or row is None:
            raise TaskNotFound(task_id)
        if (found := await self._whole(execution, row)) is None:
            raise TaskNotFound(task_id)
        return found

    async def _described(self, task_id: str) -> WorkflowExecutionDescription | None:
        return await self._temporal.described(naming.task_workflow(task_id))

    async def _last_deleted(self, task_id: str) -> WorkflowExecutionDescription | None:
        client, workflow_id = self._temporal.client, naming.task_workflow(task_id)
        rows = await first_rows(
            self._temporal,
            f"WorkflowId = {literal(workflow_id)} "
            f"AND {naming.STATUS.name} = '{naming.State.DELETED}'",
        )
        latest = sorted(rows, key=lambda row: row.start_time, reverse=True)
        kept = [row for row in latest if await deleted_row(row)]
        if not kept:
            return None
        handle = client.get_workflow_handle(workflow_id, run_id=kept[0].run_id)
        return await self._temporal.ask(handle.describe())

    async def _whole(
        self, execution: WorkflowExecutionDescription, row: TaskRow
    ) -> FoundTask | None:
        definition = row.definition
        if row.abridged:
            handle = self._temporal.client.get_workflow_handle(
                execution.id, run_id=execution.run_id
            )
            history = await self._temporal.ask_or_none(handle.fetch_history())
            if history is None:
                return None
            definitions = await read_definitions(self._temporal.client, history, effective=False)
            definition = definitions.definition_state.definition
        return FoundTask(execution, row, definition)
