"""Actions on a single task, the same wherever it is shown, with a message and an undo."""

from __future__ import annotations

from collections.abc import Callable

from onthedot.scheduling.errors import Frozen
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.task import Task, TaskStatus
from onthedot.ui.bulk.actions import TASKS, BulkRequest
from onthedot.ui.bulk.work import ask, do
from onthedot.ui.components.dialogs.questions import confirm
from onthedot.ui.page_context import PageContext

_ACTIVE = (TaskStatus.SCHEDULED, TaskStatus.RUNNING)


async def run_now(context: PageContext, task_id: str, name: str = "") -> None:
    """Start a run in addition to the schedule; during a freeze, ask first."""
    try:
        run = await context.tried(context.uses.run_task(task_id), but=(Frozen,))
    except Frozen as frozen:
        _ask_through(context, task_id, name, frozen)
        return
    say_started(context, f"Started {name or task_id}.", run)


def _ask_through(context: PageContext, task_id: str, name: str, frozen: Frozen) -> None:
    async def go() -> None:
        run = await context.tried(context.uses.run_task(task_id, through_freeze=True))
        say_started(context, f"Started {name or task_id}.", run)

    confirm(
        context.overlay,
        "Run it through the freeze?",
        f"{name or task_id} is frozen by {frozen.freeze}, so it does not start by schedule.",
        "Run it anyway",
        go,
    )


def say_started(context: PageContext, words: str, run: ShortRun | None) -> None:
    """Show a message with a link to the run; nothing if none was started."""
    if run is not None:
        view = ("View run", lambda: context.go(f"/runs/{run.id}"))
        context.toasts.say(words, actions=[view])
        context.changed()


async def ask_pause(context: PageContext, task: Task) -> None:
    """Pause it, with a note and an end. Undo restores the previous state."""
    await ask(context, TASKS, TASKS.action("pause"), [task.id], name=task.name)


async def resume(context: PageContext, task: Task) -> None:
    """Let it fire again. Undo restores the pause with its note and end."""
    await do(context, TASKS, TASKS.action("resume"), BulkRequest([task.id]), name=task.name)


async def restore(context: PageContext, task: Task) -> None:
    """Restore it as it was when it was deleted."""
    if await context.tried(context.uses.restore_task(task.id)) is not None:
        context.toasts.say(f"Restored {task.name}.")
        context.changed()


def ask_delete(context: PageContext, task: Task, after: Callable[[], None] | None = None) -> None:
    """Delete it. If it would still fire, the user has to type its id."""
    kept = (
        "Its run goes with it."
        if task.trigger.kind == "once" and task.status not in _ACTIVE
        else "A run in progress finishes, and its runs stay readable."
    )

    async def delete() -> None:
        if await context.tried(context.uses.delete_task(task.id)):
            undo = ("Undo", lambda: restore(context, task))
            context.toasts.say(f"Deleted {task.name}.", tone="grey", actions=[undo])
            context.changed()
            if after is not None:
                after()

    confirm(
        context.overlay,
        f"Delete {task.name}?",
        f"It no longer fires, and its id is free. {kept} It can be restored for the retention.",
        "Delete",
        delete,
        danger=True,
        typed=task.id if task.status in _ACTIVE else "",
    )
