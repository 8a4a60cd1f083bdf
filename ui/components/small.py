"""Small elements: icons, instants, code, the theme."""

from __future__ import annotations

from datetime import datetime

from nicegui.element import Element

from onthedot.scheduling.values import format_instant


class Icon(Element, component="otd_icon.js"):
    """An icon from static/icons.svg."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.props["name"] = name


class When(Element, component="otd_when.js"):
    """An instant in the reader's zone, exact in its tooltip.

    `form`: relative, near (today 09:00:00), brief (near, without seconds that are zero), clock, or
    there (what clocks in `zone`, the task's own, show; relative where that is the reader's).
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
        """Replace the text."""
        self.props["text"] = text


class ThemeSwitch(Element, component="otd_theme.js"):
    """Light, dark, or the system's theme; the browser remembers it."""
