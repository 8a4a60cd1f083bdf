"""The starts of a forecast as bars; each leads to its tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from onthedot.scheduling.forecast.report import Forecast
from onthedot.scheduling.values import format_instant
from onthedot.service.overview.influences import FrozenWindow
from onthedot.ui.components.charts.charts import Chart
from onthedot.ui.wording.durations import human

#: Bars of a chart; more steps are put together.
_BARS = 360
_SECOND = timedelta(seconds=1)
#: Of a shorter span a clock without seconds would say the same again and again.
_CLOCK = timedelta(minutes=4)


def chart(
    found: Forecast,
    *,
    tag: str = "",
    zone: str = "",
    height: int = 150,
    windows: Sequence[FrozenWindow] = (),
) -> None:
    """A bar for each step, or for some together; the highest is marked where it stands out, and
    the windows of freezes are shaded."""
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
            "note": "The most of this span" if peak else "",
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
    """Where a window lies, as parts of the whole span."""
    length = found.until - found.since
    left, right = (
        min(max((at - found.since) / length, 0.0), 1.0) for at in (window.start, window.end)
    )
    return {"left": left, "right": right}


def _written(found: Forecast, at: datetime, zone: str) -> str:
    """A time of day, or a day where the span has several."""
    if found.until - found.since <= timedelta(days=1):
        return f"@{format_instant(at)}"
    return f"{at.astimezone(ZoneInfo(zone) if zone else UTC):%a %d %b}"
