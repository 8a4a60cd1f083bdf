"""Charts, drawn in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nicegui.element import Element


class Chart(Element, component="otd_chart.js"):
    """Bars of parts: `{"from", "to", "parts": [{"name", "value", "tone"}], "path"}` each.

    There is room for at least `slots` bars. `ends` are labels below; instants have the form
    `@2026-…`. `shades` are areas behind the bars: `{"left", "right"}`, as fractions of the width.
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
    """Days by hours. Each row is `{"day", "note", "counts", "frozen", "paths"}`; the last three
    have 24 entries: numbers (None for an hour that does not exist), names of freezes, addresses."""

    def __init__(self, rows: Sequence[dict[str, Any]], label: str) -> None:
        super().__init__()
        self.props["rows"] = list(rows)
        self.props["label"] = label
