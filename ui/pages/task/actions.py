"""What is done to a single task from wherever it is shown, with a word after and a way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from onthedot.scheduling.task import Task, TaskStatus
from onthedot.ui.components import dialogs
from onthedot.ui.components.dialogs import confirm
from onthedot.ui.page_context import PageContext

_ACTIVE = (TaskStatus.SCHEDULED, TaskStatus.RUNNING)


async def run_now(context: PageContext, task_id: str) -> None:
    """Start a run beside the schedule."""
    run = await context.tried(context.uses.run_task(task_id))
    if run is not None:
        context.toasts.say(
            f"Started {task_id}.", action="View run", act=lambda: context.go(f"/runs/{run.id}")
        )
        context.changed()


async def pause(
    context: PageContext, task_id: str, note: str = "", length: timedelta | None = None
) -> None:
    """Pause it, for a while where `length` is given; the message offers to resume."""
    until = context.site.temporal.now() + length if length else None
    paused = context.uses.pause_task(task_id, note=note, until=until)
    if await context.tried(paused) is not None:

        async def undo() -> None:
            await resume(context, task_id)

        context.toasts.say(f"Paused {task_id}.", tone="grey", action="Undo", act=undo)
        context.changed()


async def resume(context: PageContext, task_id: str) -> None:
    """Let it fire again."""
    if await context.tried(context.uses.resume_task(task_id)) is not None:
        context.toasts.say(f"Resumed {task_id}.")
        context.changed()


def ask_pause(context: PageContext, task_id: str) -> None:
    """Pause it, with a note and an end."""
    dialogs.ask_pause(
        context.overlay, task_id, lambda note, length: pause(context, task_id, note, length)
    )


def ask_delete(context: PageContext, task: Task, after: Callable[[], None] | None = None) -> None:
    """Delete it; its name has to be typed where it would still fire."""
    kept = (
        "Its run goes with it."
        if task.trigger.kind == "once" and task.status not in _ACTIVE
        else "A run in progress finishes, and its runs stay readable."
    )

    async def delete() -> None:
        if await context.tried(context.uses.delete_task(task.id)):
            context.toasts.say(f"Deleted {task.id}.", tone="grey")
            context.changed()
            if after is not None:
                after()

    confirm(
        context.overlay,
        f"Delete {task.name}?",
        f"It will never fire again, and its id is free. {kept}",
        "Delete",
        delete,
        danger=True,
        typed=task.id if task.status in _ACTIVE else "",
    )
