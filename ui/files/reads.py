"""Tasks with all of their definitions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from onthedot.scheduling.errors import TaskNotFound
from onthedot.scheduling.task import Task
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal

#: How many are read one by one at the same time, and in a list at once.
_AT_ONCE, _PAGE = 16, 1000


async def whole_task(temporal: Temporal, task_id: str) -> Task:
    """A task with all of its definition. Raises TaskNotFound, TemporalUnavailable."""
    return await Tasks(temporal).get(task_id)


async def whole_tasks(temporal: Temporal, which: TaskFilter, most: int) -> list[Task]:
    """The first `most` tasks that a filter lets through, with all of their definitions.

    Raises TemporalUnavailable.
    """
    rows: dict[str, Task] = {}
    cursor: str | None = None
    while len(rows) < most:
        page = await TaskList(temporal).page(which, limit=_PAGE, cursor=cursor)
        rows.update((task.id, task) for task in page.items)
        if (cursor := page.next_cursor) is None:
            break
    kept = list(rows)[:most]
    whole = await tasks_by_id(temporal, [each for each in kept if rows[each].abridged])
    # One that was deleted meanwhile is left out.
    return [
        whole.get(each, rows[each]) for each in kept if each in whole or not rows[each].abridged
    ]


async def tasks_by_id(temporal: Temporal, ids: Sequence[str]) -> dict[str, Task]:
    """Those of them that there are. Raises TemporalUnavailable."""
    places, found = asyncio.Semaphore(_AT_ONCE), dict[str, Task]()

    async def one(task_id: str) -> None:
        async with places:
            with suppress(TaskNotFound):
                found[task_id] = await Tasks(temporal).get(task_id)

    await asyncio.gather(*(one(each) for each in dict.fromkeys(ids)))
    return found
