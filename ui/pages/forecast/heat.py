"""The starts of each hour of the reader's days, with what shapes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from onthedot.scheduling.forecast.report import Forecast
from onthedot.scheduling.values import format_instant
from onthedot.service.overview.influences import Influences
from onthedot.ui.components.charts.charts import HeatMap
from onthedot.ui.components.markup import box, text

_HOURS = 24
_HOUR = timedelta(hours=1)


def show_heat(found: Forecast, around: Influences, *, zone: str, tag: str) -> None:
    """Days by hours. The busiest hour is named; each hour leads to its tasks."""
    rows = heat_rows(found, around, zone=zone, tag=tag)
    counts = [(n, row["day"], hour) for row in rows for hour, n in enumerate(row["counts"]) if n]
    with box("heat-head small"):
        if counts:
            most, day, hour = max(counts, key=lambda one: one[0])
            with box("wrap", "span"):
                text("Busiest hour: ", "muted")
                text(f"{day}, {hour:02}:00", "strong")
                text(f" with {most:,} {'start' if most == 1 else 'starts'}", "muted")
        with box("scale muted"):
            text("fewer")
            for level in range(6):
                box(f"swatch level-{level}")
            text("more")
            if any(any(row["frozen"]) for row in rows):
                box("swatch frozen")
                text("frozen")
    HeatMap(rows, "Starts by day and hour")


def heat_rows(found: Forecast, around: Influences, *, zone: str, tag: str) -> list[dict[str, Any]]:
    """A row a day: its counts (none for hours outside the span, and those that clocks skip), the
    freezes of each hour, where each hour leads, and what the day is called."""
    local = ZoneInfo(zone) if zone else ZoneInfo("UTC")
    rows: dict[str, dict[str, Any]] = {}
    for begin, end, starts in _steps(found):
        at = begin.astimezone(local)
        key = f"{at:%a %d %b}"
        if key not in rows:
            rows[key] = {
                "day": key,
                "note": _note(at, around),
                "counts": [None] * _HOURS,
                "frozen": [""] * _HOURS,
                "paths": [""] * _HOURS,
            }
        row = rows[key]
        row["counts"][at.hour] = (row["counts"][at.hour] or 0) + starts
        names = [w.name for w in around.windows if w.start < end and w.end > begin]
        row["frozen"][at.hour] = ", ".join(dict.fromkeys(names))
        if not row["paths"][at.hour]:
            asked = {"from": format_instant(begin), "until": format_instant(begin + _HOUR)}
            row["paths"][at.hour] = "/forecast?" + urlencode(asked | ({"tag": tag} if tag else {}))
    return list(rows.values())


def _steps(found: Forecast) -> Iterator[tuple[datetime, datetime, int]]:
    for number, starts in enumerate(found.starts):
        begin = found.since + found.step * number
        yield begin, min(begin + found.step, found.until), starts


def _note(at: datetime, around: Influences) -> str:
    """What a local day is called, and whether clocks change on it."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    following = (midnight.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=at.tzinfo)
    length = following.astimezone(UTC) - midnight.astimezone(UTC)
    notes = [(around.days or {}).get(at.date(), "")]
    if length != timedelta(days=1):
        notes.append("Clocks go forward" if length < timedelta(days=1) else "Clocks go back")
    return " · ".join(filter(None, notes))
