"""Previews the effect of an edit on the next runs."""

from __future__ import annotations

from datetime import datetime

from onthedot.scheduling.firing.edit_preview import EditPreview, compare
from onthedot.scheduling.stored.task_state import max_runs
from onthedot.scheduling.task import TaskDefinition
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.tasks.registering.definitions import settled_definition
from onthedot.service.temporal.calls import Temporal

#: How many runs a preview compares.
_PREVIEWED = 10


async def preview_edit(
    temporal: Temporal, task_id: str, definition: TaskDefinition, *, keeps_pause: bool = False
) -> EditPreview:
    """The next ten runs before and after replacing the definition, gained and lost.

    With `keeps_pause`, a paused task stays paused.

    Raises:
        InvalidDefinition, TaskNotFound.
    """
    reader, now = TaskReader(temporal), temporal.now()
    found = await reader.find(task_id)
    if keeps_pause and found.open:
        definition = definition.model_copy(update={"paused": found.definition.paused})
    settled = await settled_definition(temporal, definition, task_id=task_id, now=now)

    async def coming(
        of: TaskDefinition, remaining: int | None, began: datetime | None
    ) -> tuple[datetime, ...]:
        if of.paused:
            return ()
        return await NextRuns(temporal).of(
            task_id, of, after=now, count=_PREVIEWED, remaining=remaining, nominal_after=began
        )

    remaining = await reader.remaining(found)
    began = found.row.occurs_after
    before = await coming(found.definition, remaining, began) if found.open else ()
    same = max_runs(settled) == max_runs(found.definition)
    if not found.open or found.state.due is not None:
        began = now
    after = await coming(settled, remaining if same else max_runs(settled), began)
    return compare(before, after, count=_PREVIEWED)
