"""Reads single tasks: all that can be known of one without a worker."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

import naming
from scheduling.errors import TaskNotFound
from scheduling.task import Task, TaskDefinition, TaskStatus
from scheduling.task_row import TaskRow
from scheduling.task_state import TaskState, max_runs
from service.history import latest_definition
from service.run_list import last_run
from service.temporal import RPC_TIMEOUT, Temporal
from service.translate import answered, row_of, task_status


@dataclass(frozen=True)
class Found:
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
        """What it is called in REST."""
        return self.execution.id.partition(":")[2]

    @property
    def state(self) -> TaskState:
        """What the task remembers, as far as its description tells."""
        row = self.row
        return TaskState(
            id=self.task_id,
            definition=self.definition,
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
            updated_by=row.updated_by,
            note=row.note,
            paused_until=row.paused_until,
            covered_until=row.updated_at,
            remaining=row.remaining,
            idempotency=row.idempotency,
        )


class TaskReader:
    """Looks tasks up, and answers with them."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    async def find(self, task_id: str) -> Found:
        """A task.

        Raises:
            TaskNotFound, TemporalUnavailable.
        """
        found = await self.look(task_id)
        if found is None:
            raise TaskNotFound(task_id)
        return found

    async def look(self, task_id: str) -> Found | None:
        """A task; None where there is none, or it was deleted.

        Raises:
            TemporalUnavailable: Temporal does not answer.
        """
        handle = self._temporal.client.get_workflow_handle(naming.task_workflow(task_id))
        try:
            execution = await self._temporal.ask(handle.describe(rpc_timeout=RPC_TIMEOUT))
            row = await row_of(execution)
            if row is None:
                return None
            definition = row.definition
            if row.abridged:
                history = await self._temporal.ask(handle.fetch_history(rpc_timeout=RPC_TIMEOUT))
                definition = await latest_definition(self._temporal.client, history)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        return Found(execution, row, definition)

    async def answer(self, found: Found) -> Task:
        """A task as it is answered, with its last run.

        Raises:
            TemporalUnavailable: Temporal does not answer.
        """
        task_id, now = found.task_id, self._temporal.now()
        last, remaining = await asyncio.gather(
            last_run(self._temporal, task_id), self.remaining(found)
        )
        return answered(
            self._temporal,
            task_id,
            found.row,
            task_status(found.execution, found.definition, now),
            now=now,
            definition=found.definition,
            remaining=remaining,
            last_run=last,
        )

    async def settled(self, state: TaskState) -> Task:
        """A task that has just taken a change, as it is answered."""
        if state.remaining is None:
            left = await self._remaining(state.id, state.definition)
            state = state.model_copy(update={"remaining": left})
        return self.fresh(state)

    def fresh(self, state: TaskState) -> Task:
        """A task in a state that is known, as it is answered."""
        definition, now = state.definition, self._temporal.now()
        status = TaskStatus.PAUSED if definition.paused else TaskStatus.SCHEDULED
        return answered(
            self._temporal,
            state.id,
            TaskRow.of(state),
            status,
            now=now,
            definition=definition,
            remaining=state.remaining,
        )

    async def remaining(self, found: Found) -> int | None:
        """Runs left of `max_runs`; None where there is no limit, or the task is finished."""
        return await self._remaining(found.task_id, found.definition) if found.open else None

    async def _remaining(self, task_id: str, definition: TaskDefinition) -> int | None:
        """Runs left of `max_runs` of an open task, as its schedule counts them."""
        limit = max_runs(definition)
        if limit is None:
            return None
        handle = self._temporal.client.get_schedule_handle(naming.schedule(task_id))
        try:
            schedule = await self._temporal.ask(handle.describe())
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return limit
            raise
        return schedule.schedule.state.remaining_actions
