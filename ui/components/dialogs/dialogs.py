"""Dialogs, drawn in the browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui.element import Element
from nicegui.events import GenericEventArguments


class Modal(Element, component="otd_modal.js"):
    """A dialog. Build its content inside it; `show` opens it."""

    def __init__(self, label: str, *, wide: bool = False) -> None:
        super().__init__()
        self.props["label"] = label
        self.props["wide"] = wide
        self.props["open"] = False
        self.on("close", self.hide)

    def show(self) -> None:
        """Open it."""
        self.props["open"] = True

    def hide(self) -> None:
        """Close it."""
        self.props["open"] = False


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
