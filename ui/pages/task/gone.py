"""Shown in place of a missing task: whether it was deleted, and how to restore it."""

from __future__ import annotations

from datetime import timedelta

from nicegui.element import Element

from onthedot.scheduling.task import Task
from onthedot.ui.components.markup import box, button, empty, link, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.task.actions import restore
from onthedot.ui.reads import deleted_task
from onthedot.ui.watches import Seen

_EVERY = timedelta(seconds=15)


def show_gone(context: PageContext, place: Element, task_id: str) -> None:
    """Say so; for a deleted task that is kept, by whom and when."""
    place.clear()
    with place:
        within = box()

    def show(seen: Seen[Task | None]) -> None:
        within.clear()
        with within, box("card"):
            _say(context, task_id, seen.value)

    with place:
        temporal = context.site.temporal
        key = ("deleted", task_id)
        context.live(key, lambda: deleted_task(temporal, task_id), show, every=_EVERY)


def _say(context: PageContext, task_id: str, deleted: Task | None) -> None:
    if deleted is None:
        words = f"{task_id} was deleted, or never existed."
        with empty("search", "There is no such task", words, page=True):
            link("To the tasks", "/tasks", "btn")
            link("Its runs", f"/runs?task={task_id}", "btn")
        return
    words = "It can be restored as it was."
    with empty("trash-2", f"{deleted.name} was deleted", words, page=True):
        why_not = context.why_not("restore_task")
        button(
            "Restore",
            lambda: restore(context, deleted),
            "primary",
            icon="rotate-ccw",
            why_not=why_not,
        )
        link("To the tasks", "/tasks", "btn")
        link("Its runs", f"/runs?task={task_id}", "btn")
    with box("row muted small").style("justify-content: center; padding-bottom: 16px"):
        text(f"by {deleted.deleted_by}" if deleted.deleted_by else "deleted")
        When(deleted.deleted_at, "near")
