"""Questions that are asked before something is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from nicegui.element import Element

from onthedot.ui.components.fields import ChoiceField, TextField
from onthedot.ui.components.markup import box, button, text
from onthedot.ui.components.small import Modal


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

        foot(modal, label, go, danger=danger)
        if answer is not None:
            answer.on("enter", go)
    modal.on("close", lambda: dismiss(modal))
    modal.show()


def ask_pause(
    place: Element, name: str, act: Callable[[str, timedelta | None], Awaitable[None]]
) -> None:
    """Ask before a pause, in `place`; `act` is given a note and for how long."""
    with place, Modal("Pause") as modal:
        text(f"Pause {name}?", tag="h2")
        text("It will not fire until it is resumed. A run in progress finishes.", "muted", tag="p")
        note = TextField("Note", placeholder="Why, for whoever comes next", optional=True)
        until = ChoiceField("Until", {key: label for key, label, _ in _PAUSES}, "")

        async def go() -> None:
            modal.hide()
            await act(
                note.value.strip(), next(each[2] for each in _PAUSES if each[0] == until.value)
            )
            dismiss(modal)

        note.on("enter", go)
        foot(modal, "Pause", go)
    modal.on("close", lambda: dismiss(modal))
    modal.show()


_PAUSES = (
    ("", "It is resumed by hand", None),
    ("hour", "In an hour", timedelta(hours=1)),
    ("day", "In a day", timedelta(days=1)),
    ("week", "In a week", timedelta(weeks=1)),
)


def dismiss(modal: Element) -> None:
    """Close a dialog for good."""
    if not modal.is_deleted and modal.parent_slot is not None:
        modal.delete()


def foot(
    modal: Modal, label: str, go: Callable[[], Awaitable[None]], *, danger: bool = False
) -> None:
    """The buttons below a question: `go`, or not."""
    with box("foot"):
        button("Cancel", lambda: dismiss(modal))
        button(label, go, "danger solid" if danger else "primary")
