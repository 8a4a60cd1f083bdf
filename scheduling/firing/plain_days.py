"""The days of a year in a zone, divided where clocks change; most of them are equal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, epoch_day, plain_midnight


@dataclass(frozen=True)
class Days:
    """Consecutive local days, counted from 1970-01-01 = 0."""

    days: range
    offset: int | None
    """How many seconds clocks are ahead of UTC on all of them; None if that changes."""


@lru_cache(maxsize=4096)
def days_of_year(zone: ZoneInfo, year: int) -> tuple[Days, ...]:
    """All days of a year, in order."""
    found: list[Days] = []
    for day in range(epoch_day(date(year, 1, 1)), epoch_day(date(year + 1, 1, 1))):
        midnight = plain_midnight(zone, day)
        offset = None if midnight is None else day * SECONDS_OF_DAY - midnight
        if found and found[-1].offset == offset:
            found[-1] = Days(range(found[-1].days.start, day + 1), offset)
        else:
            found.append(Days(range(day, day + 1), offset))
    return tuple(found)
