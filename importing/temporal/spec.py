"""The spec of a Temporal Schedule: calendars, intervals and exclusions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from onthedot.importing.clocks.calendar import (
    DAYS,
    HOURS,
    MONTHS,
    SIXTY,
    WEEKDAYS,
    YEARS,
    Calendar,
    CalendarError,
    merged,
)
from onthedot.importing.collector import Entry
from onthedot.importing.temporal.values import seconds_of
from onthedot.importing.yaml_source import Located
from onthedot.scheduling.wording.phrases import runs

_SPEC = ("schedule", "spec")
#: Each field: its names in Temporal and here, its values, and its default.
_FIELDS = (
    ("second", "seconds", SIXTY, frozenset({0})),
    ("minute", "minutes", SIXTY, frozenset({0})),
    ("hour", "hours", HOURS, frozenset({0})),
    ("dayOfMonth", "days", DAYS, DAYS),
    ("month", "months", MONTHS, MONTHS),
    ("dayOfWeek", "weekdays", WEEKDAYS, WEEKDAYS),
    ("year", "years", YEARS, YEARS),
)
#: The most single dates from one exclusion.
_MOST_DATES = 80


@dataclass(frozen=True)
class Part:
    """One trigger of a spec, and the line that it comes from."""

    line: int
    trigger: dict[str, Any]


def parts(described: Located, entry: Entry, zone: str) -> list[Part]:
    """The triggers that together fire like the spec, without its exclusions."""
    for name in ("cronString", "calendar", "timezoneData"):
        if described.at(*_SPEC, name):
            where = described.line_of(*_SPEC, name)
            entry.lost(where, f"{name}: describe it from a server, which resolves it first.")
    triggers = [*_calendars(described, entry, zone)]
    for interval in described.items(*_SPEC, "interval"):
        every = seconds_of(interval.text("interval")) or 0
        phase = seconds_of(interval.text("phase")) or 0
        triggers.append(Part(interval.line, {"kind": "interval", "every": every, "offset": phase}))
    return triggers


def _calendars(described: Located, entry: Entry, zone: str) -> Iterator[Part]:
    lines: dict[Calendar, int] = {}
    for calendar in described.items(*_SPEC, "structuredCalendar"):
        try:
            lines.setdefault(_calendar(calendar), calendar.line)
        except CalendarError as error:
            entry.lost(calendar.line, f"Not imported: {error}")
    for one in merged(lines):
        line = lines.get(one, described.line_of(*_SPEC, "structuredCalendar"))
        try:
            yield Part(line, one.trigger(zone, entry.found.at))
        except CalendarError as error:
            entry.lost(line, f"Not imported: {error}")


def exclusions(described: Located, entry: Entry) -> list[str]:
    """The spec's exclusions as a trigger's `exclude`."""
    excluded = []
    for calendar in described.items(*_SPEC, "excludeStructuredCalendar"):
        try:
            excluded += _excluded(_calendar(calendar), entry.found.at.year)
        except CalendarError as error:
            entry.lost(
                calendar.line, f"An exclusion was dropped, so the task fires too often: {error}"
            )
    return excluded


def _excluded(calendar: Calendar, from_year: int) -> list[str]:
    if calendar.years == YEARS or not calendar.whole_day:
        return [calendar.exclusion()]
    years = sorted(year for year in calendar.years if year >= from_year)
    days = [
        day
        for year in years
        for day in _days_of(year)
        if day.month in calendar.months
        and day.day in calendar.days
        and day.isoweekday() % 7 in calendar.weekdays
    ]
    ranges = runs(day.toordinal() for day in days)
    if len(ranges) > _MOST_DATES:
        raise CalendarError("it lists too many single days.")
    return [
        f"{date.fromordinal(first)}"
        if first == last
        else f"{date.fromordinal(first)}/{date.fromordinal(last)}"
        for first, last in ranges
    ]


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def _calendar(located: Located) -> Calendar:
    values: dict[str, Any] = {
        ours: _values(located, theirs, every, default) for theirs, ours, every, default in _FIELDS
    }
    return Calendar(**values)


def _values(
    located: Located, name: str, every: frozenset[int], default: frozenset[int]
) -> frozenset[int]:
    """The values of one field's ranges, whose end and step are optional."""
    ranges = located.sequence(name)
    if not ranges:
        return default
    found: set[int] = set()
    for each in ranges:
        each = each if isinstance(each, dict) else {}
        numbers = [each.get(key, 0) for key in ("start", "end", "step")]
        if not all(isinstance(number, int) for number in numbers):
            raise CalendarError(f"the ranges of {name} are not numbers.")
        start, end, step = numbers
        last, by = max(start, end), max(step, 1)
        found |= {v for v in every if start <= v <= last and (v - start) % by == 0}
    return frozenset(found)
