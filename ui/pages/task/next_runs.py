"""When a task runs next, on the reader's clock and on the task's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from onthedot.scheduling.task import Task, TaskStatus
from onthedot.ui.components.markup import box, card, text
from onthedot.ui.components.small import When
from onthedot.ui.rows import zone


def show_next_runs(task: Task, coming: Sequence[datetime], moved: Mapping[datetime, str]) -> None:
    """A card with them, and from when some of them moved."""
    own = zone(task.trigger)
    with card("Next runs", aside=own, body=False):
        if not coming:
            with box("row muted").style("padding: 14px 16px 18px"):
                text(_why_none(task))
            return
        with box("agenda").style("margin-top: 8px"):
            for at in coming:
                with box():
                    with box("grow"):
                        When(at, "near")
                        if at in moved:
                            text(moved[at], "moved")
                    with box("muted small"):
                        When(at, "there", zone=own)


def _why_none(task: Task) -> str:
    return {
        TaskStatus.PAUSED: "None while it is paused.",
        TaskStatus.RUNNING: "It is running now.",
        TaskStatus.COMPLETED: "It is done. Editing it arms it again.",
        TaskStatus.FAILED: "Its run failed. Editing it arms it again.",
    }.get(task.status, "None.")
