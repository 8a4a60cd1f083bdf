"""Charts, drawn in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nicegui.element import Element


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
