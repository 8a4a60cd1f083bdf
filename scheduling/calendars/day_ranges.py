"""Sets of local days as ranges, counted from 1970-01-01 = 0."""

from __future__ import annotations

from collections.abc import Iterable


def apart(ranges: Iterable[range]) -> tuple[range, ...]:
    """The same days in as few ranges as possible, in order, none before 1970."""
    found: list[range] = []
    for days in sorted(ranges, key=lambda days: days.start):
        days = range(max(days.start, 0), days.stop)
        if found and days and days.start <= found[-1].stop:
            found[-1] = range(found[-1].start, max(found[-1].stop, days.stop))
        elif days:
            found.append(days)
    return tuple(found)
