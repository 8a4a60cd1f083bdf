"""Handles what someone else changed while it was being edited: a task, or a calendar.

The page says so as soon as it knows, and asks what to do when the user saves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from onthedot.scheduling.revisions.revision import Difference
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.differences import show_differences
from onthedot.ui.components.markup import box, button, named, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.page_context import PageContext

T = TypeVar("T")


@dataclass(frozen=True)
class Change:
    """What someone else saved, by what it changed since the edit began."""

    what: str
    """`task` or `calendar`."""
    by: str
    at: datetime
    revision: int
    differences: Sequence[Difference]


@dataclass(frozen=True)
class Choice(Generic[T]):
    """What can be saved in its place."""

    mine: T
    differences: Sequence[Difference]
    """What the user changed."""
    both: T | None
    """Both changes merged; None if they conflict."""
    clash: str = ""
    """Where they clash, in a sentence."""


def show_notice(change: Change, reload: Callable[[], None]) -> None:
    """Show that it has changed, before anything is saved."""
    with named(box("banner changed-meanwhile"), role="status").style("margin: 0 0 16px"):
        Icon("triangle-alert")
        with box("stack snug grow"):
            with text("", "wrap"):
                text(change.by, "strong")
                text(f" changed this {change.what} ")
                When(change.at)
                text(". When you save, you choose what to keep.")
            show_differences(change.differences, none="It is the same as before.")
        button("Start from theirs", reload, "small")


def ask(
    context: PageContext,
    change: Change,
    choice: Choice[T],
    save: Callable[[T, int], Awaitable[None]],
    reload: Callable[[], None],
) -> None:
    """Show both, and save the chosen one: merged or mine; or start again from theirs."""
    with (
        context.overlay,
        Modal(f"Someone else changed this {change.what}", wide=True) as modal,
    ):
        with text("", "muted wrap", tag="p"):
            text(change.by, "strong")
            text(" saved it ")
            When(change.at)
            text(f", as revision {change.revision}.")
        for name, found in (("Theirs", change.differences), ("Yours", choice.differences)):
            text(name, tag="h3")
            show_differences(found, none="Nothing changed.")
        if choice.clash:
            text(choice.clash, "wrap strong", tag="p")

        async def chosen(value: T) -> None:
            modal.hide()
            await save(value, change.revision)
            modal.dismiss()

        def start_anew() -> None:
            modal.dismiss()
            reload()

        both = choice.both
        with box("foot"):
            button("Cancel", modal.dismiss)
            button("Start from theirs", start_anew)
            button("Overwrite with yours", lambda: chosen(choice.mine), "danger")
            if both is not None:
                button("Save both", lambda: chosen(both), "primary")
            else:
                why_not = "Both of you changed the same field: choose one"
                button("Save both", modal.dismiss, "primary", why_not=why_not)
