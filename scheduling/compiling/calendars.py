"""The parts of a Temporal schedule as plain values: calendars and intervals, in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

ALL_YEARS = frozenset(range(2000, 2101))
ALL_MONTHS = frozenset(range(1, 13))
ALL_DAYS = frozenset(range(1, 32))
ALL_WEEKDAYS = frozenset(range(7))


class Span(NamedTuple):
    """The values from `start` to `end`, both included, in steps."""

    start: int
    end: int
    step: int = 1


@dataclass(frozen=True)
class Dates:
    """Dates whose year, month, day and weekday (Sunday = 0) are all named."""

    years: frozenset[int] = ALL_YEARS
    months: frozenset[int] = ALL_MONTHS
    days: frozenset[int] = ALL_DAYS
    weekdays: frozenset[int] = ALL_WEEKDAYS


@dataclass(frozen=True)
class Times:
    """Times of day whose hour, minute and second are all named."""

    hours: frozenset[int]
    minutes: frozenset[int]
    seconds: frozenset[int]


@dataclass(frozen=True)
class Calendar:
    """All named times of day on all named dates. Temporal fires at the union of its calendars."""

    dates: Dates
    times: Times
    comment: str = ""


@dataclass(frozen=True)
class Interval:
    """Every instant whose Unix time is `offset` modulo `every`, both in whole seconds."""

    every: int
    offset: int


@dataclass(frozen=True)
class CompiledSpec:
    """A schedule that fires at the instants of its parts, except those that an exclusion matches.

    It has no false or missing instant from when it was compiled to `exact_until`.
    """

    exact_until: datetime
    calendars: tuple[Calendar, ...] = ()
    intervals: tuple[Interval, ...] = ()
    excluded: tuple[Calendar, ...] = ()
    start_at: datetime | None = None
    end_at: datetime | None = None
    jitter: timedelta = field(default=timedelta(0))

    @property
    def parts(self) -> int:
        """How many parts Temporal stores, and examines for each next instant."""
        return sum(map(len, (self.calendars, self.intervals, self.excluded)))


def spans(values: Iterable[int]) -> tuple[Span, ...]:
    """A set of values in as few spans as a person would write."""
    ordered = sorted(values)
    steps = {after - before for before, after in pairwise(ordered)}
    if len(ordered) > 2 and len(steps) == 1:
        return (Span(ordered[0], ordered[-1], steps.pop()),)
    found: list[Span] = []
    for value in ordered:
        if found and found[-1].end == value - 1:
            found[-1] = Span(found[-1].start, value)
        else:
            found.append(Span(value, value))
    return tuple(found)
