"""The starts of a forecast as bars, and as days by hours. Each leads to its tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from onthedot.scheduling.forecast.report import Forecast
from onthedot.scheduling.values import format_instant
from onthedot.service.overview.influences import FrozenWindow, Influences
from onthedot.ui.components.charts.charts import Chart, HeatMap
from onthedot.ui.components.markup import box, text
from onthedot.ui.wording.values import human

#: The most bars in a chart; beyond that, steps are combined.
_BARS = 360
_SECOND = timedelta(seconds=1)
#: For shorter spans, times need seconds to differ.
_CLOCK = timedelta(minutes=4)

_HOURS = 24
_HOUR = timedelta(hours=1)


def chart(
    found: Forecast,
    *,
    tag: str = "",
    zone: str = "",
    height: int = 150,
    windows: Sequence[FrozenWindow] = (),
) -> None:
    """A bar for each step, or for several together. The highest is marked if it stands out, and the
    windows of freezes are shaded."""
    each = max(1, -(-len(found.starts) // _BARS))
    sums = [sum(found.starts[n : n + each]) for n in range(0, len(found.starts), each)]
    most, bars = max(sums, default=0), []
    stands_out = sums.count(most) <= max(2, len(sums) // 20)
    for number, starts in enumerate(sums):
        begin = found.since + found.step * each * number
        end = min(begin + found.step * each, found.until)
        peak = starts == most > 1 and stands_out
        bar: dict[str, object] = {
            "from": format_instant(begin),
            "to": format_instant(end),
            "parts": [{"name": "Starts", "value": starts, "tone": "amber" if peak else "blue"}],
            "note": "The highest of this span" if peak else "",
        }
        frozen = [w.name for w in windows if w.start < end and w.end > begin]
        if frozen:
            bar["frozen"] = f"Frozen by {', '.join(dict.fromkeys(frozen))}"
        if starts and found.step * each > _SECOND:
            asked = {"from": format_instant(begin), "until": format_instant(end)}
            bar["path"] = "/forecast?" + urlencode(asked | ({"tag": tag} if tag else {}))
        bars.append(bar)
    length = found.until - found.since
    parts = 4 if length > _CLOCK else 1
    ends = [(found.since + length / parts * n).replace(microsecond=0) for n in range(parts + 1)]
    label = f"{found.total} starts; at most {most} within {human(found.step * each)}"
    shades = [_shade(found, window) for window in windows]
    ticks = [_written(found, at, zone) for at in (ends if length > _SECOND else ends[:1])]
    Chart(bars, label, height=height, ends=ticks, shades=shades)


def _shade(found: Forecast, window: FrozenWindow) -> dict[str, object]:
    """The position of a window, as fractions of the forecast."""
    length = found.until - found.since
    left, right = (
        min(max((at - found.since) / length, 0.0), 1.0) for at in (window.start, window.end)
    )
    return {"left": left, "right": right}


def _written(found: Forecast, at: datetime, zone: str) -> str:
    """A time of day, or a day if the forecast spans several."""
    if found.until - found.since <= timedelta(days=1):
        return f"@{format_instant(at)}"
    return f"{at.astimezone(ZoneInfo(zone) if zone else UTC):%a %d %b}"


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
    """A row per day: its counts (none for hours outside the forecast, and for those that clocks
    skip), the freezes and the address of each hour, and the day's name."""
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
    """The name of a local day, and whether clocks change on it."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    following = (midnight.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=at.tzinfo)
    length = following.astimezone(UTC) - midnight.astimezone(UTC)
    notes = [(around.days or {}).get(at.date(), "")]
    if length != timedelta(days=1):
        notes.append("Clocks go forward" if length < timedelta(days=1) else "Clocks go back")
    return " · ".join(filter(None, notes))
