"""One thing done to many tasks: asked with the count first, told with the result after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from onthedot.messages.many import Outcome
from onthedot.service.tasks.bulk import Changed
from onthedot.service.tasks.filter import TaskFilter
from onthedot.ui.components.dialogs import confirm
from onthedot.ui.page_context import PageContext
from onthedot.ui.use_cases import UseCases

#: From how many on it is said that the work has begun.
_MANY = 16


@dataclass(frozen=True)
class Kind:
    """A change: how it is asked for and reported, which call it is, and what it does to tasks."""

    ask: str
    done: str
    words: str
    call: str
    act: Callable[[UseCases, Sequence[str]], Awaitable[list[Changed]]]
    danger: bool = False
    undone: str = ""
    """What an undo made of them; empty where there is none."""


KINDS = {
    "pause": Kind(
        "Pause",
        "paused",
        "They will not fire until they are resumed. What is paused already stays as it is.",
        "pause_tasks",
        lambda uses, ids: uses.pause_tasks(ids),
        undone="resumed",
    ),
    "resume": Kind(
        "Resume",
        "resumed",
        "They fire again from their next time on.",
        "resume_tasks",
        lambda uses, ids: uses.resume_tasks(ids),
        undone="paused again",
    ),
    "run": Kind(
        "Run",
        "started",
        "Each runs once now, beside its schedule.",
        "run_tasks",
        lambda uses, ids: uses.run_tasks(ids),
    ),
    "delete": Kind(
        "Delete",
        "deleted",
        "They will never fire again. Runs in progress finish.",
        "delete_tasks",
        lambda uses, ids: uses.delete_tasks(ids),
        danger=True,
    ),
}


async def all_ids(context: PageContext, which: TaskFilter) -> list[str]:
    """The ids of all tasks that a filter lets through.

    Raises:
        TemporalUnavailable: Temporal does not answer.
    """
    ids: dict[str, None] = {}
    cursor: str | None = None
    while True:
        page = await context.task_list.page(which, limit=500, cursor=cursor)
        ids.update((task.id, None) for task in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return list(ids)


def ask(context: PageContext, kind: Kind, ids: Sequence[str], after: Callable[[], None]) -> None:
    """Ask whether to do this to all of them, then do it."""
    count = counted(len(ids))

    async def work() -> None:
        await _do(context, kind, ids)
        after()

    confirm(
        context.overlay,
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


async def _do(context: PageContext, kind: Kind, ids: Sequence[str]) -> None:
    if len(ids) > _MANY:
        context.toasts.say(f"{kind.ask}: {counted(len(ids))} …", tone="grey")
    changed = await context.tried(kind.act(context.uses, ids))
    if changed is None:
        return
    context.changed()

    async def undo() -> None:
        restored = await context.tried(context.uses.undo(changed))
        if restored is None:
            return
        context.changed()
        _report(context, restored, kind.undone)

    done = any(each.outcome is Outcome.DONE for each in changed)
    _report(context, changed, kind.done, undo if kind.undone and done else None)


def _report(
    context: PageContext,
    changed: Sequence[Changed],
    done: str,
    undo: Callable[[], Awaitable[None]] | None = None,
) -> None:
    number = sum(each.outcome is Outcome.DONE for each in changed)
    before = sum(each.outcome is Outcome.UNCHANGED for each in changed)
    errors = [str(each.error) for each in changed if each.error is not None]
    said = f"{counted(number)} {done}"
    if before:
        said += f", {before:,} left as {'it was' if before == 1 else 'they were'}"
    if errors:
        said += f", {len(errors):,} not: {errors[0]}"
    tone = "red" if errors else "grey" if undo else "green"
    text = said if errors else f"{said}."
    if undo is None:
        context.toasts.say(text, tone=tone)
    else:
        context.toasts.say(text, tone=tone, action="Undo", act=undo)
