"""Local days and clock changes of a zone: which local times clocks show at which real times.

Days are counted from 1970-01-01 = 0, both local and UTC; an instant is a Unix time in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

SECONDS_OF_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
#: Two changes closer together than this are not distinguished; no zone has had any.
_SAMPLE = SECONDS_OF_DAY // 2


@dataclass(frozen=True)
class Change:
    """A clock change: at this instant the offset from UTC changes, in seconds."""

    at: int
    before: int
    after: int

    @property
    def skipped(self) -> list[tuple[int, int, int]]:
        """The local times that do not exist, as (day, first second, end)."""
        return _by_day(self.at + self.before, self.at + self.after)

    @property
    def days(self) -> range:
        """The local days just before and after the change."""
        low, high = sorted((self.before, self.after))
        return range((self.at + low) // SECONDS_OF_DAY, (self.at + high - 1) // SECONDS_OF_DAY + 1)


@dataclass(frozen=True)
class Stretch:
    """Real time from `start` on, during which clocks run from `first` to `end` of a local day."""

    start: int
    day: int
    first: int
    end: int


@dataclass(frozen=True)
class ChangedDays:
    """Consecutive local days with clock changes, and the local times during them."""

    first: int
    last: int
    stretches: tuple[Stretch, ...]
    changes: tuple[Change, ...]


def epoch_day(day: date) -> int:
    """A date as a number of days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def date_of(day: int) -> date:
    """The date of a number of days since 1970-01-01."""
    return date.fromordinal(day + _EPOCH)


def offset_at(zone: ZoneInfo, instant: int) -> int:
    """How many seconds clocks of a zone are ahead of UTC."""
    return _seconds(datetime.fromtimestamp(instant, zone).utcoffset())


def local_day(zone: ZoneInfo, instant: int) -> int:
    """The local day of an instant."""
    return (instant + offset_at(zone, instant)) // SECONDS_OF_DAY


def plain_midnight(zone: ZoneInfo, day: int) -> int | None:
    """When a local day of 24 plain hours starts; None for a day with a clock change."""
    offset = _offset_of_day(_midnight_offsets(zone, day), _midnight_offsets(zone, day + 1))
    return None if offset is None else day * SECONDS_OF_DAY - offset


def _offset_of_day(start: tuple[int, int], end: tuple[int, int]) -> int | None:
    """The offset of a day of 24 plain hours, by those at its midnights; else None."""
    return start[0] if start == end and start[0] == start[1] else None


@lru_cache(maxsize=4096)
def changed_days(zone: ZoneInfo, day: int) -> ChangedDays:
    """The consecutive changed days around a changed day."""
    first = last = day
    while plain_midnight(zone, first - 1) is None:
        first -= 1
    while plain_midnight(zone, last + 1) is None:
        last += 1
    begin = (first - 1) * SECONDS_OF_DAY
    found = changes(zone, begin, (last + 2) * SECONDS_OF_DAY)
    edges = [begin, *(c.at for c in found), (last + 3) * SECONDS_OF_DAY]
    stretches = []
    for start, end in pairwise(edges):
        offset = offset_at(zone, start)
        stretches += [
            Stretch(of_day * SECONDS_OF_DAY + from_second - offset, of_day, from_second, to_second)
            for of_day, from_second, to_second in _by_day(start + offset, end + offset)
            if first <= of_day <= last
        ]
    near = tuple(c for c in found if any(first <= d <= last for d in c.days))
    return ChangedDays(first, last, tuple(stretches), near)


@lru_cache(maxsize=1024)
def changes(zone: ZoneInfo, start: int, end: int) -> tuple[Change, ...]:
    """The clock changes after `start`, up to `end`."""
    found = []
    low, before = start, offset_at(zone, start)
    while low < end:
        high = min(low + _SAMPLE, end)
        after = offset_at(zone, high)
        if after != before:
            found.append(Change(_edge(zone, low, high, before), before, after))
        low, before = high, after
    return tuple(found)


def _edge(zone: ZoneInfo, low: int, high: int, before: int) -> int:
    """The first instant after `low` at which the offset is no longer `before`."""
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _by_day(start: int, end: int) -> list[tuple[int, int, int]]:
    """A stretch of local time cut at each midnight, as (day, first second, end)."""
    parts = []
    while start < end:
        day, first = divmod(start, SECONDS_OF_DAY)
        stop = min(end, (day + 1) * SECONDS_OF_DAY)
        parts.append((day, first, stop - day * SECONDS_OF_DAY))
        start = stop
    return parts


@lru_cache(maxsize=8192)
def _midnight_offsets(zone: ZoneInfo, day: int) -> tuple[int, int]:
    midnight = datetime(1970, 1, 1, tzinfo=zone) + timedelta(days=day)
    return _seconds(midnight.utcoffset()), _seconds(midnight.replace(fold=1).utcoffset())


def _seconds(offset: timedelta | None) -> int:
    if offset is None:
        raise ValueError("the zone has no offset from UTC")
    return round(offset.total_seconds())


def instant(unix_time: int) -> datetime:
    """An aware datetime in UTC."""
    return datetime.fromtimestamp(unix_time, UTC)


@dataclass(frozen=True)
class Days:
    """Consecutive local days, counted from 1970-01-01 = 0."""

    days: range
    offset: int | None
    """How many seconds clocks are ahead of UTC on all of them; None if that changes."""


@lru_cache(maxsize=4096)
def days_of_year(zone: ZoneInfo, year: int) -> tuple[Days, ...]:
    """All days of a year, in order."""
    first, end = epoch_day(date(year, 1, 1)), epoch_day(date(year + 1, 1, 1))
    midnights = [_midnight_offsets(zone, day) for day in range(first, end + 1)]
    offsets = [_offset_of_day(*both) for both in pairwise(midnights)]
    found, begin = [], first
    for offset, same in groupby(offsets):
        stop = begin + len(list(same))
        found.append(Days(range(begin, stop), offset))
        begin = stop
    return tuple(found)
