"""Reads the server's tasks in few calls, and makes the plan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import anyio

from onthedot.applying import instants
from onthedot.applying.files import FileTask
from onthedot.applying.plan import SET, Step, StepKind, Wanted, form_problems, problems, same, step
from onthedot.applying.problems import WrongFiles
from onthedot.client import AsyncOnTheDot, NotFound
from onthedot.client.call import Call
from onthedot.scheduling.task import Task

T = TypeVar("T")
R = TypeVar("R")

#: The most calls in flight at once.
AT_ONCE = 8

#: Up to this many tasks are read one by one; more are searched for in the list.
_FEW = 20

#: How many rows of the list are searched per task.
_ROWS_EACH = 5
_ROWS = 500


async def make_plan(
    server: AsyncOnTheDot,
    files: Sequence[FileTask],
    *,
    set_name: str | None = None,
    prune: bool = False,
    force: bool = False,
    with_instants: bool = False,
) -> list[Step]:
    """The steps in the order of the files; deletions last.

    Raises:
        WrongFiles: with every problem in any of them.
        CallFailed: the server does not respond, or refuses.
    """
    if found := form_problems(files):
        raise WrongFiles(*found)
    wanted = [Wanted(file.task.id or "", file, set_name) for file in files]
    of_set = await _of_set(server, set_name) if set_name else {}
    listed, complete = await _listed(server, {w.task_id for w in wanted} - of_set.keys())
    rows = of_set | listed

    async def one(want: Wanted) -> Step:
        row = rows.get(want.task_id)
        if row is not None and same(want, row):
            return Step(StepKind.UNCHANGED, want.task_id, want, row)
        if row is None and complete:
            return step(want, None, force=force)
        # Lists lag behind, and may abridge rows.
        return step(want, await _task(server, want.task_id), force=force)

    steps = await each(wanted, one)
    if wrong := problems(steps, datetime.now(UTC)):
        raise WrongFiles(*wrong)
    if prune:
        kept = {want.task_id for want in wanted}
        gone = [task for task_id, task in of_set.items() if task_id not in kept]
        steps += [Step(StepKind.DELETE, task.id, before=task) for task in gone]
    if with_instants:
        steps = await each(steps, lambda made: _with_instants(server, made))
    return steps


async def each(items: Sequence[T], do: Callable[[T], Awaitable[R]]) -> list[R]:
    """The results of `do` for each item, in order, a few at a time.

    Raises:
        The first exception of any of them.
    """
    gate = anyio.Semaphore(AT_ONCE)
    found: dict[int, R] = {}
    failed: list[Exception] = []

    async def one(number: int, item: T) -> None:
        async with gate:
            if failed:
                return
            try:
                found[number] = await do(item)
            except Exception as error:
                failed.append(error)

    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            group.start_soon(one, number, item)
    if failed:
        raise failed[0]
    return [found[number] for number in range(len(items))]


async def _of_set(server: AsyncOnTheDot, name: str) -> dict[str, Task]:
    mark = SET + name
    found = {}
    async for task in server.list_tasks(tag=mark, page_size=_ROWS):
        # An abridged row may lack some of the tags.
        whole = await _task(server, task.id) if task.abridged else task
        if whole is not None and mark in whole.tags:
            found[task.id] = whole
    return found


async def _listed(server: AsyncOnTheDot, ids: set[str]) -> tuple[dict[str, Task], bool]:
    """The tasks with these ids in a limited part of the list; and whether no other is there.

    Where some are, others may have been registered so recently that the list lacks them.
    """
    found: dict[str, Task] = {}
    if len(ids) <= _FEW:
        return found, False
    seen = 0
    async for task in server.list_tasks(page_size=_ROWS):
        seen += 1
        if task.id in ids:
            found[task.id] = task
        if len(found) == len(ids):
            return found, True
        if seen >= _ROWS_EACH * len(ids):
            return found, False
    return found, not found


async def _task(server: AsyncOnTheDot, task_id: str) -> Task | None:
    try:
        return await server.get_task(task_id)
    except NotFound as error:
        if error.code != "task-not-found":
            raise
        return None


async def _with_instants(server: AsyncOnTheDot, made: Step) -> Step:
    before, after = made.before, made.after
    if before is None or after is None or not made.changes:
        return made
    if not instants.concerned(before, after):
        return made
    was, will = instants.asked(before, after)
    return made.with_instants(
        instants.found(await _runs(server, was), await _runs(server, will), datetime.now(UTC))
    )


async def _runs(server: AsyncOnTheDot, call: Call[Any] | None) -> Sequence[datetime]:
    return () if call is None else (await server.send(call)).next_runs
