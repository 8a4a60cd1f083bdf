"""Handles a task that someone else changed while it was being edited.

The page says so as soon as it knows, and asks what to do when the user saves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from onthedot.scheduling.revisions.differences import merged
from onthedot.scheduling.revisions.revision import differences
from onthedot.scheduling.task import Task, TaskDefinition
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.dialogs.questions import dismiss
from onthedot.ui.components.differences import show_differences
from onthedot.ui.components.markup import box, button, named, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.page_context import PageContext


@dataclass(frozen=True)
class Conflict:
    """The definition before the edit, theirs, and the user's own."""

    base: TaskDefinition
    theirs: Task
    mine: TaskDefinition

    def overwritten(self) -> TaskDefinition:
        """Mine in place of theirs; a pause that I did not change stays theirs."""
        if self.mine.paused != self.base.paused:
            return self.mine
        return self.mine.model_copy(update={"paused": self.theirs.paused})

    def merged(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Both changes merged, and the fields that conflict."""
        return merged(self.base, TaskDefinition(**_definition(self.theirs)), self.mine)


def show_notice(base: TaskDefinition, theirs: Task, reload: Callable[[], None]) -> None:
    """Show that the task has changed, before anything is saved."""
    found, _ = differences(base, theirs)
    with named(box("banner changed-meanwhile"), role="status").style("margin: 0 0 16px"):
        Icon("triangle-alert")
        with box("stack snug grow"):
            with text("", "wrap"):
                text(theirs.changed_by or theirs.updated_by, "strong")
                text(" changed this task ")
                When(theirs.changed_at or theirs.updated_at)
                text(". When you save, you choose what to keep.")
            show_differences(found, none="The definition is the same as before.")
        button("Start from theirs", reload, "small")


def ask(
    context: PageContext,
    conflict: Conflict,
    save: Callable[[TaskDefinition, int], Awaitable[None]],
    reload: Callable[[], None],
) -> None:
    """Show both, and save the chosen one: merged or mine; or start again from theirs."""
    theirs, title = conflict.theirs, "Someone else changed this task"
    both, clashes = conflict.merged()
    with context.overlay, Modal(title, wide=True) as modal:
        text(title, tag="h2")
        with text("", "muted wrap", tag="p"):
            text(theirs.changed_by or theirs.updated_by, "strong")
            text(" saved it ")
            When(theirs.changed_at or theirs.updated_at)
            text(f", as revision {theirs.revision}.")
        for name, changed in (("Theirs", theirs), ("Yours", conflict.mine)):
            text(name, tag="h3")
            show_differences(differences(conflict.base, changed)[0], none="Nothing changed.")
        if clashes:
            text(f"Both changed {', '.join(clashes)}.", "wrap strong", tag="p")

        async def chosen(definition: TaskDefinition) -> None:
            modal.hide()
            await save(definition, theirs.revision)
            dismiss(modal)

        def start_anew() -> None:
            dismiss(modal)
            reload()

        why_not = "Both of you changed the same field: choose one" if clashes else ""
        with box("foot"):
            button("Cancel", lambda: dismiss(modal))
            button("Start from theirs", start_anew)
            button("Overwrite with yours", lambda: chosen(conflict.overwritten()), "danger")
            button(
                "Save both",
                lambda: chosen(TaskDefinition.model_validate(both)),
                "primary",
                why_not=why_not,
            )
    modal.on("close", lambda: dismiss(modal))
    modal.show()


def _definition(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in TaskDefinition.model_fields}
