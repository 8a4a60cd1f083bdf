"""The small things that are drawn in the browser: icons, instants, code, the theme, questions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from onthedot.scheduling.values import format_instant


class Icon(Element, component="otd_icon.js"):
    """One of static/icons.svg."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.props["name"] = name


class When(Element, component="otd_when.js"):
    """An instant in the reader's zone, exact in its tooltip.

    `form`: relative, near (today 09:00:00), exact, clock, or there (what clocks in `zone`, the
    task's own, show; relative where that is the reader's).
    """

    def __init__(
        self, at: datetime | None, form: str = "relative", *, zone: str = "", none: str = "–"
    ) -> None:
        super().__init__()
        self.props["at"] = format_instant(at) if at else ""
        self.props["form"] = form
        self.props["zone"] = zone
        self.props["none"] = none


class Code(Element, component="otd_code.js"):
    """A text to read and copy, `label` names it. With `fold`, parts of long indented JSON fold."""

    def __init__(self, text: str, label: str, *, fold: bool = False) -> None:
        super().__init__()
        self.props["fold"] = fold
        self.props["text"] = text
        self.props["label"] = label

    def show(self, text: str) -> None:
        """Another text in its place."""
        self.props["text"] = text


class ThemeSwitch(Element, component="otd_theme.js"):
    """Light, dark, or as the system has it; the browser remembers."""


class KeyHelp(Element, component="otd_keys.js"):
    """What the keys do; `?` shows it."""


class LeaveQuestion(Element, component="otd_leave.js"):
    """On a page with a form: asks before unsaved changes are left."""


class Chart(Element, component="otd_chart.js"):
    """Bars of parts: `{"from", "to", "parts": [{"name", "value", "tone"}], "path"}` each.

    There is room for `slots` of them at least; `ends` stand below, instants as `@2026-…`. `shades`
    lie behind: `{"left", "right"}`, as parts of the width.
    """

    def __init__(
        self,
        bars: Sequence[dict[str, Any]],
        label: str,
        *,
        height: int = 120,
        unit: str = "",
        ends: Sequence[str] = (),
        slots: int = 0,
        shades: Sequence[dict[str, Any]] = (),
    ) -> None:
        super().__init__()
        self.props["shades"] = list(shades)
        self.props["bars"] = list(bars)
        self.props["label"] = label
        self.props["height"] = height
        self.props["unit"] = unit
        self.props["slots"] = slots
        if ends:
            self.props["ends"] = list(ends)


class HeatMap(Element, component="otd_heat.js"):
    """Days by hours: `{"day", "note", "counts", "frozen", "paths"}` a row, the latter three of 24
    each: numbers (None for an hour that is none), names of freezes, addresses."""

    def __init__(self, rows: Sequence[dict[str, Any]], label: str) -> None:
        super().__init__()
        self.props["rows"] = list(rows)
        self.props["label"] = label


class Modal(Element, component="otd_modal.js"):
    """A dialog; its content is built inside it and shown by `show`."""

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


class Palette(Element, component="otd_palette.js"):
    """Ctrl-K. `ask` is called with what was typed and answers with hits."""

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
