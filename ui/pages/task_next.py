"""When a task runs next, on the reader's clock and on the task's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scheduling.occurrences import next_occurrences
from scheduling.task import Task, TaskStatus
from ui.components.markup import box, card, text
from ui.components.small import When
from ui.desk import Desk
from ui.rows import zone

_NEXT = 10


def show_next_runs(desk: Desk, task: Task) -> None:
    """A card with up to ten of them."""
    own = zone(task.trigger)
    with card("Next runs", aside=own, body=False):
        coming = _coming(desk, task)
        if not coming:
            with box("row muted").style("padding: 14px 16px 18px"):
                text(_why_none(task))
            return
        with box("agenda").style("margin-top: 8px"):
            for at in coming:
                with box():
                    with box("grow"):
                        When(at, "near")
                    with box("muted small"):
                        When(at, "there", zone=own)


def _coming(desk: Desk, task: Task) -> Sequence[datetime]:
    """Ten where there is nothing that limits them but time; else what the service says."""
    trigger = task.trigger
    if not task.next_runs or trigger.kind == "once" or trigger.max_runs is not None:
        return task.next_runs
    now = desk.house.temporal.now()
    return next_occurrences(trigger, after=now, count=_NEXT, key=task.id)


def _why_none(task: Task) -> str:
    return {
        TaskStatus.PAUSED: "None while it is paused.",
        TaskStatus.RUNNING: "It is running now.",
        TaskStatus.COMPLETED: "It is done. Editing it arms it again.",
        TaskStatus.FAILED: "Its run failed. Editing it arms it again.",
    }.get(task.status, "None.")
