"""Walks through lists while rows are added, finish and move: none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.paging import Page
from tests.definitions import definition, every, new_task, once, unique
from tests.waiting import eventually, until

pytestmark = pytest.mark.anyio

#: What moved within the last second may still come twice, in case clocks differ.
_JUST_NOW = timedelta(seconds=1.2)


async def test_tasks_that_come_finish_and_are_armed_again(
    tasks: Tasks, task_list: TaskList
) -> None:
    tag = unique("walk")
    finished = [f"{tag}-{number:02}" for number in range(6)]
    await _register(tasks, finished, once(0), tag)
    which = TaskFilter(tags=(tag,))

    async def all_done() -> bool:
        found = (await task_list.page(which)).items
        return [task.status for task in found] == ["completed"] * len(finished)

    await eventually(all_done)
    asleep = [f"{tag}-{number:02}" for number in range(10, 34)]
    await _register(tasks, asleep, every(3600), tag)
    await eventually(lambda: _as_many(task_list, which, 30))

    async def disturb(page: int) -> None:
        trigger = every(3600)
        await tasks.create(new_task(f"{tag}-new-{page}", trigger, tags=[tag]), by="test")
        if page < 3:
            again = definition(trigger, tags=[tag])
            await tasks.replace(finished[page], again, by="test")
            ended = definition(once(0), tags=[tag])
            await tasks.replace(asleep[-1 - page], ended, by="test")

    await until(datetime.now(UTC) + _JUST_NOW)
    seen = await _walk(lambda cursor: task_list.page(which, limit=5, cursor=cursor), disturb)
    assert {task.id for task in seen} >= {*finished, *asleep}
    await until(datetime.now(UTC) + _JUST_NOW)
    quiet = await _walk(lambda cursor: task_list.page(which, limit=5, cursor=cursor))
    assert len({task.id for task in quiet}) == len(quiet) >= 36
    await asyncio.gather(*(tasks.delete(task.id, by="test") for task in quiet))


async def test_runs_that_start_and_finish(tasks: Tasks, run_list: RunList) -> None:
    task_id = unique("walk")
    await tasks.create(new_task(task_id, every(3600)), by="test")
    first = {run.id for run in await asyncio.gather(*(tasks.run_now(task_id) for _ in range(25)))}
    which = RunFilter(task_id=task_id)

    async def all_listed() -> bool:
        return await run_list.count(which) == 25

    await eventually(all_listed)

    async def disturb(page: int) -> None:
        await asyncio.gather(*(tasks.run_now(task_id) for _ in range(3)))

    seen = await _walk(lambda cursor: run_list.page(which, limit=4, cursor=cursor), disturb)
    assert {run.id for run in seen} >= first
    await eventually(lambda: _none_running(run_list, task_id))
    quiet = await _walk(lambda cursor: run_list.page(which, limit=4, cursor=cursor))
    assert len({run.id for run in quiet}) == len(quiet) == await run_list.count(which)


async def _register(tasks: Tasks, names: list[str], trigger: dict[str, Any], tag: str) -> None:
    await asyncio.gather(
        *(tasks.create(new_task(name, trigger, tags=[tag]), by="test") for name in names)
    )


async def _as_many(task_list: TaskList, which: TaskFilter, wanted: int) -> bool:
    return await task_list.count(which) == wanted


async def _none_running(run_list: RunList, task_id: str) -> bool:
    page = await run_list.page(RunFilter(task_id=task_id), limit=200)
    return all(run.finished_at for run in page.items)


async def _walk(
    page: Callable[[str | None], Awaitable[Page[Any]]],
    between: Callable[[int], Awaitable[None]] | None = None,
) -> list[Any]:
    rows: list[Any] = []
    cursor, number = None, 0
    while True:
        answer = await page(cursor)
        rows += answer.items
        if answer.next_cursor is None:
            return rows
        cursor = answer.next_cursor
        if between is not None:
            await between(number)
        number += 1
