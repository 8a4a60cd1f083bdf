"""Restores deleted tasks and earlier definitions.

1. A deleted task's workflow is closed, and keeps the task's state; its id is free. A new workflow
   starts with that state, two revisions later, because the deletion counts as one.
2. What came due while it was deleted does not run: a recurring task continues from now. A one-time
   task whose instant has passed runs if that is within its catch-up window, as after a pause.
3. A task that had finished is restored as finished, and does nothing more.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime

from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError

from onthedot import naming
from onthedot.scheduling.errors import TaskExists, TaskNotFound
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.stored.attempt import LEAD
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import Task, TaskStatus
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.tasks.finding import FoundTask
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.tasks.registering.starts import TaskStarts
from onthedot.service.temporal.calls import Temporal


class Restorations:
    """Restores deleted tasks."""

    def __init__(self, temporal: Temporal, reader: TaskReader, starts: TaskStarts) -> None:
        self._temporal = temporal
        self._reader = reader
        self._starts = starts

    async def restore(self, task_id: str, *, by: str) -> Task:
        """Restore a deleted task as it was. Raises like `Tasks.restore`."""
        found = await self._reader.find_deleted_or_none(task_id)
        if found is None:
            if await self._reader.find_or_none(task_id) is not None:
                raise TaskExists(task_id)
            raise TaskNotFound(task_id)
        state = _restored(found, by, self._temporal.now())
        await self._starts.after_deletion(state)
        if state.ended_as:
            await self._ended(state)
            return await self._reader.answer(await self._reader.find(task_id))
        return await self._reader.settled(state)

    async def _ended(self, state: TaskState) -> None:
        """Close a task that has nothing more to do immediately."""
        handle = self._temporal.client.get_workflow_handle(naming.task_workflow(state.id))
        if state.ended_as == TaskStatus.CANCELLED:
            with suppress(RPCError):
                await self._temporal.ask(handle.terminate(reason="It was cancelled already"))
            return
        # Without a worker it closes later.
        with suppress(WorkflowFailureError, TemporalUnavailable, asyncio.TimeoutError):
            await self._temporal.ask(handle.result())


def _restored(found: FoundTask, by: str, now: datetime) -> TaskState:
    state = found.state
    defined_at, defined_by = state.defined
    return state.model_copy(
        update={
            "revision": state.revision + 2,
            "counted_from": state.revision + 2,
            "updated_at": now,
            "updated_by": by,
            "defined_at": defined_at,
            "defined_by": defined_by,
            "covered_until": now,
            "occurs_after": now,
            "problem": "",
            # Its deletion may have been interrupted before its schedule was removed.
            "scheduled": not isinstance(state.definition.trigger, OnceTrigger),
            "lead": LEAD,
            "deleted_at": None,
            "deleted_by": "",
            "ended_as": found.row.ended_as,
        }
    ).journalled("restored")
