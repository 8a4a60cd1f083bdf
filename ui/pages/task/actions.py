"""What is done to a single task from wherever it is shown, with a word after and a way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from onthedot.scheduling.task import Task, TaskStatus
from onthedot.ui.components import dialogs
from onthedot.ui.components.dialogs import confirm
from onthedot.ui.page_context import Desk

_ACTIVE = (TaskStatus.SCHEDULED, TaskStatus.RUNNING)


async def run_now(desk: Desk, task_id: str) -> None:
    """Start a run beside the schedule."""
    run = await desk.tried(desk.uses.run_task(task_id))
    if run is not None:
        desk.toasts.say(
            f"Started {task_id}.", action="View run", act=lambda: desk.go(f"/runs/{run.id}")
        )
        desk.changed()


async def pause(desk: Desk, task_id: str, note: str = "", length: timedelta | None = None) -> None:
    """Pause it, for a while where `length` is given; the message offers to resume."""
    until = desk.house.temporal.now() + length if length else None
    paused = desk.uses.pause_task(task_id, note=note, until=until)
    if await desk.tried(paused) is not None:

        async def undo() -> None:
            await resume(desk, task_id)

        desk.toasts.say(f"Paused {task_id}.", tone="grey", action="Undo", act=undo)
        desk.changed()


async def resume(desk: Desk, task_id: str) -> None:
    """Let it fire again."""
    if await desk.tried(desk.uses.resume_task(task_id)) is not None:
        desk.toasts.say(f"Resumed {task_id}.")
        desk.changed()


def ask_pause(desk: Desk, task_id: str) -> None:
    """Pause it, with a note and an end."""
    dialogs.ask_pause(
        desk.overlay, task_id, lambda note, length: pause(desk, task_id, note, length)
    )


def ask_delete(desk: Desk, task: Task, after: Callable[[], None] | None = None) -> None:
    """Delete it; its name has to be typed where it would still fire."""
    kept = (
        "Its run goes with it."
        if task.trigger.kind == "once" and task.status not in _ACTIVE
        else "A run in progress finishes, and its runs stay readable."
    )

    async def delete() -> None:
        if await desk.tried(desk.uses.delete_task(task.id)):
            desk.toasts.say(f"Deleted {task.id}.", tone="grey")
            desk.changed()
            if after is not None:
                after()

    confirm(
        desk.overlay,
        f"Delete {task.name}?",
        f"It will never fire again, and its id is free. {kept}",
        "Delete",
        delete,
        danger=True,
        typed=task.id if task.status in _ACTIVE else "",
    )
