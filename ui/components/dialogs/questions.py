"""Confirmation before an action."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui.element import Element

from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box, button, text


def confirm(
    place: Element,
    title: str,
    words: str,
    label: str,
    act: Callable[[], Awaitable[None]],
    *,
    danger: bool = False,
    typed: str = "",
) -> None:
    """Ask in `place` before `act`. With `typed`, the user has to type that text first."""
    with place, Modal(title) as modal:
        text(title, tag="h2")
        text(words, "muted wrap", tag="p")
        answer = TextField(f"Type {typed} to confirm", mono=True) if typed else None

        async def go() -> None:
            if answer is not None and answer.value.strip() != typed:
                answer.say(f"Type {typed} exactly.")
                return
            modal.hide()
            await act()
            dismiss(modal)

        foot(modal, label, go, danger=danger)
        if answer is not None:
            answer.on("enter", go)
    modal.on("close", lambda: dismiss(modal))
    modal.show()


def dismiss(modal: Element) -> None:
    """Close a dialog for good."""
    if not modal.is_deleted and modal.parent_slot is not None:
        modal.delete()


def foot(
    modal: Modal, label: str, go: Callable[[], Awaitable[None]], *, danger: bool = False
) -> Element:
    """The buttons below a question. Returns the one for `go`."""
    with box("foot"):
        button("Cancel", lambda: dismiss(modal))
        return button(label, go, "danger solid" if danger else "primary")
