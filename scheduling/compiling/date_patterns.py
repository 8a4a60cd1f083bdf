"""A rule for days as few sets of dates that Temporal can match: years, months, days, weekdays.

Whether a rule names a day depends on the month, its length, the day and its weekday alone. So:
1. For each length of month, note which weekdays the rule names on each day.
2. Let shorter months share what longer ones have, where the days they have in common agree.
3. Put days with the same weekdays together.
"""

from __future__ import annotations

from collections.abc import Mapping

from onthedot.scheduling.compiling.calendars import ALL_WEEKDAYS, ALL_YEARS, Dates
from onthedot.scheduling.cron.days import DayRule

_LONG = frozenset({1, 3, 5, 7, 8, 10, 12})
_SHORT = frozenset({4, 6, 9, 11})
_FEBRUARY = frozenset({2})
_LEAP_YEARS = frozenset(range(2000, 2100, 4))

#: Day of the month to the weekdays on which it is named.
_Rows = dict[int, frozenset[int]]


def date_patterns(rule: DayRule) -> list[Dates]:
    """The rule's dates from 2000 to 2100, each in exactly one pattern."""
    groups: list[tuple[frozenset[int], frozenset[int], _Rows]] = []
    for months, length, years in _classes(rule):
        rows = _rows(rule, min(months), length)
        for n, (other_years, other_months, other_rows) in enumerate(groups):
            if other_years == years and _agree(other_rows, rows, length):
                groups[n] = (years, other_months | months, other_rows)
                break
        else:
            groups.append((years, months, rows))
    return [
        Dates(years, months, frozenset(days), weekdays)
        for years, months, rows in groups
        for weekdays, days in _by_weekdays(rows).items()
    ]


def without(
    patterns: list[Dates], left_out: Mapping[tuple[int, int], frozenset[int]]
) -> list[Dates]:
    """The patterns without certain days, given as (year, month) to days of the month."""
    found = []
    for pattern in patterns:
        by_days: dict[tuple[frozenset[int], frozenset[int]], set[int]] = {}
        for month in pattern.months:
            years_of: dict[frozenset[int], set[int]] = {}
            for year in pattern.years:
                days = pattern.days - left_out.get((year, month), frozenset())
                years_of.setdefault(days, set()).add(year)
            for days, years in years_of.items():
                if days:
                    by_days.setdefault((days, frozenset(years)), set()).add(month)
        found += [
            Dates(years, frozenset(months), days, pattern.weekdays)
            for (days, years), months in by_days.items()
        ]
    return found


def _classes(rule: DayRule) -> list[tuple[frozenset[int], int, frozenset[int]]]:
    """Months of one length, with the years in which they have it."""
    found = []
    if rule.months & _LONG:
        found.append((rule.months & _LONG, 31, ALL_YEARS))
    if rule.months & _SHORT:
        found.append((rule.months & _SHORT, 30, ALL_YEARS))
    if rule.months & _FEBRUARY:
        if _agree(_rows(rule, 2, 29), _rows(rule, 2, 28), 28):
            found.append((_FEBRUARY, 29, ALL_YEARS))
        else:
            found.append((_FEBRUARY, 29, _LEAP_YEARS))
            found.append((_FEBRUARY, 28, ALL_YEARS - _LEAP_YEARS))
    return found


def _rows(rule: DayRule, month: int, length: int) -> _Rows:
    return {
        day: frozenset(w for w in ALL_WEEKDAYS if rule.matches(month, length, day, w))
        for day in range(1, length + 1)
    }


def _agree(longer: _Rows, shorter: _Rows, length: int) -> bool:
    return all(longer[day] == shorter[day] for day in range(1, length + 1))


def _by_weekdays(rows: _Rows) -> dict[frozenset[int], set[int]]:
    found: dict[frozenset[int], set[int]] = {}
    for day, weekdays in rows.items():
        if weekdays:
            found.setdefault(weekdays, set()).add(day)
    return found
