"""Reads single tasks, without needing a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar

from onthedot.scheduling.outages import Busy, TemporalUnavailable
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import Health, Task, TaskDefinition, TaskStatus
from onthedot.service.arithmetic import SINGLE, Arithmetic
from onthedot.service.runs.listed import own_run
from onthedot.service.runs.listing import last_run
from onthedot.service.tasks.finding import FoundTask, TaskFinder
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.tasks.rows import NEXT_RUNS, answered, task_health, task_status
from onthedot.service.temporal.calls import Temporal

T = TypeVar("T")


class TaskReader(TaskFinder):
    """Finds tasks, and converts them to responses."""

    def __init__(self, temporal: Temporal, arithmetic: Arithmetic = SINGLE) -> None:
        super().__init__(temporal)
        self._next = NextRuns(temporal, arithmetic)

    async def answer(self, found: FoundTask) -> Task:
        """A task as a response, with its last run."""
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

    async def remaining(self, found: FoundTask) -> int | None:
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
