"""Dialogs, drawn in the browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from onthedot.ui.components.markup import box, button, text


class Modal(Element, component="otd_modal.js"):
    """An open dialog; build its content inside it. `label` is its name if not the title."""

    def __init__(self, title: str, *, label: str = "", wide: bool = False) -> None:
        super().__init__()
        self.props["label"] = label or title
        self.props["wide"] = wide
        self.props["open"] = True
        self.on("close", self.dismiss)
        with self:
            text(title, tag="h2")

    def add_foot(
        self, label: str, go: Callable[[], Awaitable[None]], *, danger: bool = False
    ) -> Element:
        """Add the buttons below a question. Returns the one for `go`."""
        with box("foot"):
            button("Cancel", self.dismiss)
            return button(label, go, "danger solid" if danger else "primary")

    def hide(self) -> None:
        """Close it, and keep its content for a handler that is still at work."""
        self.props["open"] = False

    def dismiss(self) -> None:
        """Close it for good."""
        if not self.is_deleted and self.parent_slot is not None:
            self.delete()


class LeaveQuestion(Element, component="otd_leave.js"):
    """On a page with a form: asks before leaving unsaved changes."""


class KeyHelp(Element, component="otd_keys.js"):
    """The help for the keyboard; `?` opens it."""


class Palette(Element, component="otd_palette.js"):
    """The palette (Ctrl-K). `ask` gets the typed text and returns hits."""

    def __init__(
        self,
        pages: Sequence[dict[str, str]],
        ask: Callable[[str], Awaitable[list[dict[str, str]]]],
    ) -> None:
        super().__init__()
        self.props["pages"] = list(pages)
        self.props["hits"] = []

        latest = ""

        async def asked(event: GenericEventArguments) -> None:
            nonlocal latest
            typed = latest = str(event.args or "")
            hits = await ask(typed)
            if typed == latest:
                self.props["hits"] = hits
                self.props["answered"] = typed

        self.on("ask", asked)
