"""The computed days of a calendar, as stored in Temporal. Fields are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from onthedot.scheduling.firing.clock_changes import date_of, epoch_day
from onthedot.scheduling.values import Model

#: The names of more distinct days than this are not kept.
_MOST_NAMES = 2000


class DayRun(NamedTuple):
    """Consecutive days, counted from 1970-01-01 = 0, and which of the names they have."""

    first: int
    length: int
    name: int


class ResolvedDays(Model):
    """Local days and their names."""

    weekdays: tuple[int, ...] = ()
    """Weekdays of every week: Monday is 0."""
    names: tuple[str, ...] = ()
    runs: tuple[DayRun, ...] = ()
    """In order; one day may be in several."""
    known_until: date | None = None
    """The last day that the calendar covers; None if there is no end."""

    @classmethod
    def of(
        cls,
        named: Iterable[tuple[range, str]],
        *,
        weekdays: Iterable[int] = (),
        known_until: date | None = None,
    ) -> ResolvedDays:
        """From runs of days with their names, in any order."""
        index: dict[str, int] = {"": 0}
        runs: list[DayRun] = []
        for days, name in sorted(set(named), key=lambda one: (one[0].start, one[0].stop, one[1])):
            if not days:
                continue
            known = name if name in index or len(index) < _MOST_NAMES else ""
            number = index.setdefault(known, len(index))
            runs.append(DayRun(days.start, len(days), number))
        return cls(
            weekdays=tuple(sorted(set(weekdays))),
            names=tuple(index),
            runs=tuple(runs),
            known_until=known_until,
        )

    def named(self) -> Iterator[tuple[range, str]]:
        """The runs of days with their names."""
        for first, length, name in self.runs:
            yield range(first, first + length), self.names[name]


def union(parts: Iterable[ResolvedDays]) -> ResolvedDays:
    """The days that any of the parts names."""
    every = list(parts)
    ends = [part.known_until for part in every if part.known_until is not None]
    return ResolvedDays.of(
        (one for part in every for one in part.named()),
        weekdays=(day for part in every for day in part.weekdays),
        known_until=min(ends, default=None),
    )


def days_between(first: date, last: date) -> range:
    """The days from one date to another, both included."""
    return range(epoch_day(first), epoch_day(last) + 1)


def weekday(day: int) -> int:
    """The weekday of a day since 1970-01-01: Monday is 0."""
    return date_of(day).weekday()
