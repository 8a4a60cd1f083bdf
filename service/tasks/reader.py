"""Reads single tasks, without needing a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.errors import TaskNotFound
from onthedot.scheduling.outages import Busy, TemporalUnavailable
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import Health, HealthReport, Task, TaskDefinition, TaskStatus
from onthedot.service.arithmetic import SINGLE, Arithmetic
from onthedot.service.ledger.history import latest_definition
from onthedot.service.runs.listing import last_run
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.temporal.calls import RPC_TIMEOUT, Temporal
from onthedot.service.temporal.paging import literal
from onthedot.service.temporal.translate import (
    NEXT_RUNS,
    answered,
    deleted_row,
    own_run,
    row_of,
    task_health,
    task_status,
)

T = TypeVar("T")


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
        """The task's id in REST."""
        return self.execution.id.partition(":")[2]

    @property
    def state(self) -> TaskState:
        """The task's state, as far as its description shows it."""
        row, execution = self.row, self.execution
        health = task_health(execution)
        at = execution.close_time or execution.start_time
        return TaskState(
            id=self.task_id,
            definition=self.definition,
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
            updated_by=row.updated_by,
            defined_at=row.defined_at,
            defined_by=row.defined_by,
            paused_at=row.paused_at,
            paused_by=row.paused_by,
            deleted_at=row.deleted_at,
            deleted_by=row.deleted_by,
            note=row.note,
            paused_until=row.paused_until,
            covered_until=row.updated_at,
            remaining=row.remaining,
            idempotency=row.idempotency,
            problem=row.problem,
            occurs_after=row.occurs_after,
            health=None if health is Health.NEVER_RAN else HealthReport(health=health, at=at),
        )


class TaskReader:
    """Looks up tasks, and converts them to responses."""

    def __init__(self, temporal: Temporal, arithmetic: Arithmetic = SINGLE) -> None:
        self._temporal = temporal
        self._next = NextRuns(temporal, arithmetic)

    async def find(self, task_id: str) -> Found:
        """A task.

        Raises:
            TaskNotFound, TemporalUnavailable.
        """
        found = await self.find_or_none(task_id)
        if found is None:
            raise TaskNotFound(task_id)
        return found

    async def find_or_none(self, task_id: str) -> Found | None:
        """A task; None if there is none, or it was deleted.

        Raises:
            TemporalUnavailable: Temporal does not respond.
        """
        execution = await self._described(task_id)
        row = await row_of(execution) if execution else None
        return await self._whole(execution, row) if execution and row else None

    async def check_key(self, task_id: str) -> None:
        """Check before a change that the result can be read.

        Raises:
            KeyMissing: this process lacks the key with which the task is encrypted.
            TemporalUnavailable: Temporal does not respond.
        """
        if execution := await self._described(task_id):
            await row_of(execution)

    async def find_deleted_or_none(self, task_id: str) -> Found | None:
        """A deleted task that is kept, if no other has its id; else None.

        Raises:
            TemporalUnavailable: Temporal does not respond.
        """
        execution = await self._described(task_id)
        if execution is None or await row_of(execution) is not None:
            return None
        if await deleted_row(execution) is None:
            # A registration that was answered 503, and arrived too late, hides it.
            execution = await self._last_deleted(task_id)
        row = await deleted_row(execution) if execution else None
        return await self._whole(execution, row) if execution and row else None

    async def find_kept(self, task_id: str) -> Found:
        """A task, or a deleted one that is kept.

        Raises:
            TaskNotFound, TemporalUnavailable.
        """
        execution = await self._described(task_id)
        row = await row_of(execution) or await deleted_row(execution) if execution else None
        if execution is None or row is None:
            raise TaskNotFound(task_id)
        if (found := await self._whole(execution, row)) is None:
            raise TaskNotFound(task_id)
        return found

    async def _described(self, task_id: str) -> WorkflowExecutionDescription | None:
        handle = self._temporal.client.get_workflow_handle(naming.task_workflow(task_id))
        try:
            return await self._temporal.ask(handle.describe(rpc_timeout=RPC_TIMEOUT))
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

    async def _last_deleted(self, task_id: str) -> WorkflowExecutionDescription | None:
        client, workflow_id = self._temporal.client, naming.task_workflow(task_id)
        listed = client.list_workflows(
            f"WorkflowId = {literal(workflow_id)} "
            f"AND {naming.STATUS.name} = '{naming.State.DELETED}'"
        )
        await self._temporal.ask(listed.fetch_next_page())
        rows = sorted(listed.current_page or (), key=lambda row: row.start_time, reverse=True)
        kept = [row for row in rows if await deleted_row(row)]
        if not kept:
            return None
        handle = client.get_workflow_handle(workflow_id, run_id=kept[0].run_id)
        return await self._temporal.ask(handle.describe(rpc_timeout=RPC_TIMEOUT))

    async def _whole(self, execution: WorkflowExecutionDescription, row: TaskRow) -> Found | None:
        definition = row.definition
        if row.abridged:
            handle = self._temporal.client.get_workflow_handle(
                execution.id, run_id=execution.run_id
            )
            try:
                history = await self._temporal.ask(handle.fetch_history(rpc_timeout=RPC_TIMEOUT))
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
                raise
            whole = await latest_definition(self._temporal.client, history)
            # A pause that ended by itself is only in the row, since there was no change.
            definition = whole.model_copy(update={"paused": row.definition.paused})
        return Found(execution, row, definition)

    async def answer(self, found: Found) -> Task:
        """A task as a response, with its last run.

        Raises:
            TemporalUnavailable: Temporal does not respond.
        """
        task_id, now = found.task_id, self._temporal.now()
        status = task_status(found.execution, found.definition, now)
        last, coming = await asyncio.gather(
            last_run(self._temporal, task_id), self._coming(found.state, status)
        )
        last = _later(last, await own_run(self._temporal, found.execution, now))
        return answered(
            self._temporal,
            task_id,
            found.row,
            status,
            definition=found.definition,
            next_runs=coming,
            last_run=last,
            health=task_health(found.execution),
        )

    async def settled(self, state: TaskState) -> Task:
        """The response after a change. The change is made: what cannot be read or computed any more
        is left out."""
        last, coming = await asyncio.gather(
            _if_possible(last_run(self._temporal, state.id)),
            _if_possible(self.to_come(state, state.remaining)),
        )
        return self.fresh(state, coming or (), last)

    def fresh(
        self, state: TaskState, coming: tuple[datetime, ...], last: ShortRun | None = None
    ) -> Task:
        """A task without a run in progress, as a response."""
        return answered(
            self._temporal,
            state.id,
            TaskRow.of(state),
            _status(state.definition),
            definition=state.definition,
            next_runs=coming,
            last_run=last,
            health=state.health.health if state.health else Health.NEVER_RAN,
        )

    async def to_come(self, state: TaskState, remaining: int | None) -> tuple[datetime, ...]:
        """The next runs of a task in this state.

        Raises:
            TemporalUnavailable: Temporal is needed, and does not respond.
            Busy: too many computations are in progress.
        """
        return await self._coming(state, _status(state.definition), remaining)

    async def _coming(
        self, state: TaskState, status: TaskStatus, remaining: int | None = None
    ) -> tuple[datetime, ...]:
        if status is not TaskStatus.SCHEDULED or state.problem:
            return ()
        return await self._next.of(
            state.id,
            state.definition,
            after=self._temporal.now(),
            count=NEXT_RUNS,
            remaining=remaining,
            nominal_after=state.occurs_after,
        )

    async def remaining(self, found: Found) -> int | None:
        """Runs left of `max_runs`; None if there is no limit, or the task is finished."""
        return await self._next.remaining(found.task_id, found.definition) if found.open else None


def _status(definition: TaskDefinition) -> TaskStatus:
    return TaskStatus.PAUSED if definition.paused else TaskStatus.SCHEDULED


def _later(listed: ShortRun | None, own: ShortRun | None) -> ShortRun | None:
    """The run in progress, or else the one that ended last. The task itself is more current than a
    list."""
    if listed is None or own is None or listed.id == own.id:
        return own or listed
    if own.finished_at is None or listed.finished_at is None:
        return own if own.finished_at is None else listed
    return max(own, listed, key=lambda run: run.finished_at or run.scheduled_for)


async def _if_possible(answer: Awaitable[T]) -> T | None:
    try:
        return await answer
    except (TemporalUnavailable, Busy):
        return None
