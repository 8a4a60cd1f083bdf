"""Replaces a task's definition.

1. A definition that equals the stored one changes nothing, and the revision stays. This includes a
   finished task, whose instant is past by now; a cancelled task is armed again.
2. A definition without `paused` keeps the pause. The change then requires the revision that was
   read, so that a pause made in between is kept too.
"""

from __future__ import annotations

from datetime import datetime

from onthedot.scheduling.errors import RevisionMismatch
from onthedot.scheduling.stored.task_change import Change, ChangeKind
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import Task, TaskDefinition, TaskStatus
from onthedot.service.arithmetic import Arithmetic
from onthedot.service.tasks import changes
from onthedot.service.tasks.finding import FoundTask
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.tasks.registering.definitions import settled_definition
from onthedot.service.tasks.registering.starts import TaskStarts
from onthedot.service.tasks.rows import task_status
from onthedot.service.temporal.calls import Temporal

#: How often to try again if another caller was faster.
_ATTEMPTS = 5


class Replacements:
    """Replaces definitions."""

    def __init__(
        self, temporal: Temporal, reader: TaskReader, starts: TaskStarts, arithmetic: Arithmetic
    ) -> None:
        self._temporal = temporal
        self._reader = reader
        self._starts = starts
        self._arithmetic = arithmetic

    async def replace(
        self,
        task_id: str,
        definition: TaskDefinition,
        *,
        by: str,
        if_match: int | None,
        keeps_pause: bool,
        restores: int | None = None,
    ) -> Task:
        """See `Tasks.replace`."""
        for attempt in range(_ATTEMPTS):
            found, now = await self._reader.find(task_id), self._temporal.now()
            if if_match not in (None, found.row.revision):
                raise RevisionMismatch(task_id, found.row.revision)
            asked = definition.model_copy(update={"name": definition.name or task_id})
            if keeps_pause:
                paused = found.open and found.definition.paused
                asked = asked.model_copy(update={"paused": paused})
            if self._is_as(asked, found):
                return await self._reader.answer(found)
            settled = await settled_definition(
                self._temporal, asked, task_id=task_id, now=now, arithmetic=self._arithmetic
            )
            if self._is_as(settled, found):
                return await self._reader.answer(found)
            change = Change(
                kind=ChangeKind.REPLACE,
                by=by,
                not_after=self._temporal.expiry(),
                expected_revision=found.row.revision if keeps_pause else if_match,
                definition=settled,
                restores=restores,
            )
            try:
                return await self._reader.settled(await self._changed(task_id, change, now))
            except RevisionMismatch:
                if if_match is not None or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _changed(self, task_id: str, change: Change, now: datetime) -> TaskState:
        state = await changes.execute(self._temporal, task_id, change)
        return state or await self._starts.once_more(task_id, change, now)

    def _is_as(self, definition: TaskDefinition, found: FoundTask) -> bool:
        status = task_status(found.execution, found.definition, self._temporal.now())
        return status is not TaskStatus.CANCELLED and definition == found.definition
