"""Reads tasks with their whole definitions."""

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

#: How many single reads run at the same time, and how many rows a list read has.
_AT_ONCE, _PAGE = 16, 1000


async def whole_tasks(temporal: Temporal, which: TaskFilter, most: int) -> list[Task]:
    """The first `most` tasks that match a filter, with their whole definitions.

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
    # Tasks deleted meanwhile are left out.
    return [
        whole.get(each, rows[each]) for each in kept if each in whole or not rows[each].abridged
    ]


async def tasks_by_id(temporal: Temporal, ids: Sequence[str]) -> dict[str, Task]:
    """Those that exist. Raises TemporalUnavailable."""
    places, found = asyncio.Semaphore(_AT_ONCE), dict[str, Task]()

    async def one(task_id: str) -> None:
        async with places:
            with suppress(TaskNotFound):
                found[task_id] = await Tasks(temporal).get(task_id)

    await asyncio.gather(*(one(each) for each in dict.fromkeys(ids)))
    return found
