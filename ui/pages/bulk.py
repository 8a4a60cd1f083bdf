"""One thing done to many tasks: asked with the count first, told with the result after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from onthedot.scheduling.errors import OnTheDotError
from onthedot.service.tasks.listing import TaskFilter
from onthedot.ui.components.dialogs import confirm
from onthedot.ui.page_context import Desk

#: How many are changed at the same time.
_AT_ONCE = 8


@dataclass(frozen=True)
class Kind:
    """A change: how it is asked for and told, and what it does to one task."""

    ask: str
    done: str
    words: str
    act: Callable[[Desk, str], Awaitable[Any]]
    danger: bool = False


KINDS = {
    "pause": Kind(
        "Pause",
        "paused",
        "They will not fire until they are resumed.",
        lambda desk, task_id: desk.tasks.pause(task_id, by=desk.by),
    ),
    "resume": Kind(
        "Resume",
        "resumed",
        "They fire again from their next time on.",
        lambda desk, task_id: desk.tasks.resume(task_id, by=desk.by),
    ),
    "run": Kind(
        "Run",
        "started",
        "Each runs once now, beside its schedule.",
        lambda desk, task_id: desk.tasks.run_now(task_id),
    ),
    "delete": Kind(
        "Delete",
        "deleted",
        "They will never fire again. Runs in progress finish.",
        lambda desk, task_id: desk.tasks.delete(task_id, by=desk.by),
        danger=True,
    ),
}


async def all_ids(desk: Desk, which: TaskFilter) -> list[str]:
    """The ids of all tasks that a filter lets through.

    Raises:
        TemporalUnavailable: Temporal does not answer.
    """
    ids: dict[str, None] = {}
    cursor: str | None = None
    while True:
        page = await desk.task_list.page(which, limit=500, cursor=cursor)
        ids.update((task.id, None) for task in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return list(ids)


def ask(desk: Desk, kind: Kind, ids: Sequence[str], after: Callable[[], None]) -> None:
    """Ask whether to do this to all of them, then do it."""
    count = counted(len(ids))

    async def work() -> None:
        await _do(desk, kind, ids)
        after()

    confirm(
        desk.overlay,
        f"{kind.ask} {count}?",
        kind.words,
        f"{kind.ask} {count}",
        work,
        danger=kind.danger,
        typed=str(len(ids)) if kind.danger else "",
    )


def counted(number: int) -> str:
    """`1 task`, `1,204 tasks`."""
    return f"{number:,} task" if number == 1 else f"{number:,} tasks"


async def _do(desk: Desk, kind: Kind, ids: Sequence[str]) -> None:
    places = asyncio.Semaphore(_AT_ONCE)
    failures: list[str] = []

    async def one(task_id: str) -> bool:
        async with places:
            try:
                await kind.act(desk, task_id)
            except OnTheDotError as error:
                failures.append(str(error))
                return False
            return True

    if len(ids) > 2 * _AT_ONCE:
        desk.toasts.say(f"{kind.ask}: {counted(len(ids))} …", tone="grey")
    outcomes = await asyncio.gather(*(one(task_id) for task_id in ids))
    done = [task_id for task_id, well in zip(ids, outcomes, strict=True) if well]
    desk.changed()
    if failures:
        desk.toasts.say(
            f"{counted(len(done))} {kind.done}, {len(failures):,} not: {failures[0]}", tone="red"
        )
    elif kind is KINDS["pause"]:
        desk.toasts.say(
            f"{counted(len(done))} paused.",
            tone="grey",
            action="Undo",
            act=lambda: _do(desk, KINDS["resume"], done),
        )
    else:
        desk.toasts.say(f"{counted(len(done))} {kind.done}.")
