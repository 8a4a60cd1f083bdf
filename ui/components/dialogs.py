"""Questions that are asked before something is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui.element import Element

from ui.components.fields import TextField
from ui.components.markup import box, button, text
from ui.components.small import Modal


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
    """Ask before `act`, in `place`; with `typed`, that text has to be written first."""
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

        _foot(modal, label, go, danger=danger)
        if answer is not None:
            answer.on("enter", go)
    modal.on("close", lambda: dismiss(modal))
    modal.show()


def ask_note(
    place: Element, title: str, words: str, label: str, act: Callable[[str], Awaitable[None]]
) -> None:
    """Ask before `act`, in `place`; it is given a note that may be empty."""
    with place, Modal(title) as modal:
        text(title, tag="h2")
        text(words, "muted", tag="p")
        note = TextField("Note", placeholder="Why, for whoever comes next", optional=True)

        async def go() -> None:
            modal.hide()
            await act(note.value.strip())
            dismiss(modal)

        note.on("enter", go)
        _foot(modal, label, go)
    modal.show()


def dismiss(modal: Element) -> None:
    """Close a dialog for good."""
    if not modal.is_deleted and modal.parent_slot is not None:
        modal.delete()


def _foot(
    modal: Modal, label: str, go: Callable[[], Awaitable[None]], *, danger: bool = False
) -> None:
    with box("foot"):
        button("Cancel", lambda: dismiss(modal))
        button(label, go, "danger solid" if danger else "primary")
