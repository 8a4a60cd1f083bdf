"""Values as people write and read them: durations (`30s`, `1h 30m`, ISO 8601), counts, and local
times as a field for date and time holds them, without a zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from onthedot.scheduling.firing.zones import instant_of

_UNITS = {
    "ms": 0.001, "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "minute": 60,
    "minutes": 60, "h": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*,?", re.ASCII)
_NAMES = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def as_value(written: str) -> str | float:
    """The value in a definition: seconds for `1h 30m` or `90`; anything else unchanged."""
    rest = written.strip().lower()
    if not rest:
        return written
    total, place = 0.0, 0
    while place < len(rest):
        found = _PART.match(rest, place)
        if found is None or (found[2] or "s") not in _UNITS:
            return written.strip()
        total += float(found[1]) * _UNITS[found[2] or "s"]
        place = found.end()
    return total


def human(length: timedelta) -> str:
    """`1 h 30 min`; what `as_value` reads back to the same length."""
    seconds = length.total_seconds()
    if 0 < seconds < 1 or seconds != int(seconds):
        return precise(length) if seconds < 60 else f"{seconds:g} s"
    parts, rest = [], int(seconds)
    for unit, name in _NAMES:
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts) or "0 s"


def precise(length: timedelta | None) -> str:
    """A measured duration in short: `12 ms`, `1.20 s`, `3 min 4 s`."""
    if length is None:
        return "–"
    seconds = length.total_seconds()
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.2f} s"
    return human(timedelta(seconds=round(seconds)))


def counted(count: int, what: str) -> str:
    """`1 task`, `1,200 tasks`."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def local_text(at: datetime | None, zone: str) -> str:
    """An instant in the form of such a field."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S") if at else ""


def local_instant(written: str, zone: str) -> datetime:
    """The instant that the text means.

    Raises:
        ValueError: it is not one; a `LocalTimeError` if clocks in the zone never show it.
    """
    return instant_of(datetime.fromisoformat(written), ZoneInfo(zone))


def instant_or_none(written: str) -> datetime | None:
    """The instant in an address; None if it is none, or has no offset."""
    try:
        found = datetime.fromisoformat(written)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
