"""Expresses days as few sets of dates that Temporal can match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from onthedot.scheduling.compiling.calendars import ALL_DAYS, ALL_WEEKDAYS, Dates
from onthedot.scheduling.cron.days import month_shape
from onthedot.scheduling.firing.clock_changes import date_of

#: Days of the month and weekdays that together name some days of one month.
_Shape = tuple[frozenset[int], frozenset[int]]


def dated(days: Iterable[int]) -> list[Dates]:
    """Sets of dates that name exactly these days (since 1970-01-01), each once."""
    of_month: dict[tuple[int, int], set[int]] = defaultdict(set)
    for day in days:
        on = date_of(day)
        of_month[on.year, on.month].add(on.day)
    months_of: dict[_Shape, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for (year, month), named in of_month.items():
        months_of[_shape(year, month, named)][year].add(month)
    found = []
    for (month_days, weekdays), by_year in months_of.items():
        years_of: dict[frozenset[int], set[int]] = defaultdict(set)
        for year, months in by_year.items():
            years_of[frozenset(months)].add(year)
        found += [
            Dates(frozenset(years), months, month_days, weekdays)
            for months, years in years_of.items()
        ]
    return found


def _shape(year: int, month: int, days: set[int]) -> _Shape:
    """The simplest description of these days: all, some weekdays, a range, or a list."""
    length, first_weekday = month_shape(year, month)
    weekday_of = {day: (first_weekday + day - 1) % 7 for day in range(1, length + 1)}
    if len(days) == length:
        return ALL_DAYS, ALL_WEEKDAYS
    weekdays = frozenset(weekday_of[day] for day in days)
    if days == {day for day, weekday in weekday_of.items() if weekday in weekdays}:
        return ALL_DAYS, weekdays
    stretch = frozenset(range(min(days), max(days) + 1))
    if len(days) > len(weekdays) and days == {d for d in stretch if weekday_of[d] in weekdays}:
        return stretch, weekdays
    return frozenset(days), ALL_WEEKDAYS
