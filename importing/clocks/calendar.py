"""Converts a calendar of sets (seconds, minutes, … years), which must all match, to a cron trigger.

systemd and Temporal use such calendars. A cron expression combines its two day fields with AND only
if one starts with a star, so one of them becomes exclusions, which is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from onthedot.scheduling.firing.zones import LocalTimeError, instant_of, zone_named
from onthedot.scheduling.wording.phrases import runs

SIXTY = frozenset(range(60))
HOURS = frozenset(range(24))
DAYS = frozenset(range(1, 32))
MONTHS = frozenset(range(1, 13))
WEEKDAYS = frozenset(range(7))
#: Years that count; Temporal's calendars end there.
YEARS = frozenset(range(2000, 2101))
#: Days from the end of a month that always have each weekday once.
_LAST_WEEK = frozenset(range(1, 8))


class CalendarError(ValueError):
    """A calendar that has no counterpart here; the message says why."""


@dataclass(frozen=True)
class Calendar:
    """Local times; weekdays count from Sunday = 0."""

    seconds: frozenset[int] = frozenset({0})
    minutes: frozenset[int] = SIXTY
    hours: frozenset[int] = HOURS
    days: frozenset[int] = DAYS
    months: frozenset[int] = MONTHS
    weekdays: frozenset[int] = WEEKDAYS
    years: frozenset[int] = YEARS
    #: Days counted from the end of the month, 1 being the last; used in place of `days`.
    days_from_end: frozenset[int] = frozenset()
    #: Whether a day matches if `days` or `weekdays` names it.
    either: bool = False

    @property
    def whole_day(self) -> bool:
        """Whether every second of its days matches."""
        return (self.seconds, self.minutes, self.hours) == (SIXTY, SIXTY, HOURS)

    def trigger(self, zone: str, after: datetime) -> dict[str, Any]:
        """A cron trigger that fires like this calendar from `after` on.

        Raises:
            CalendarError: there is none.
        """
        day, weekday, exclude = self._day_fields()
        years = sorted(year for year in self.years if year >= after.year - 1)
        if not years:
            raise CalendarError("its years have passed.")
        bounds = {}
        if years[0] > after.year - 1:
            bounds["start_at"] = _new_year(years[0], zone)
        if years[-1] < max(YEARS):
            bounds["end_at"] = _new_year(years[-1] + 1, zone) - timedelta(seconds=1)
        missing = set(range(years[0], years[-1] + 1)) - set(years)
        exclude += [f"{first}-01-01/{last}-12-31" for first, last in runs(missing)]
        return {
            "kind": "cron",
            "expression": self._expression(day, weekday),
            "timezone": zone,
            **bounds,
            "exclude": exclude,
        }

    def exclusion(self) -> str:
        """A cron expression that excludes exactly the times of this calendar.

        Raises:
            CalendarError: there is none.
        """
        if self.years != YEARS or self.days_from_end:
            raise CalendarError("an exclusion of single years needs dates.")
        if self.days != DAYS and self.weekdays != WEEKDAYS:
            raise CalendarError("an exclusion by day of the month and weekday has no counterpart.")
        day, weekday, _ = self._day_fields()
        fields = self._expression(day, weekday).split()
        if self.seconds == SIXTY:
            return " ".join(fields[1:])
        return " ".join(fields if len(fields) == 6 else ["0", *fields])

    def _day_fields(self) -> tuple[str, str, list[str]]:
        """Day of the month, day of the week, and exclusions for what they cannot express."""
        weekday = field_text(self.weekdays, WEEKDAYS)
        if self.days_from_end:
            if self.days_from_end == _LAST_WEEK and self.weekdays != WEEKDAYS:
                return "*", ",".join(f"{each}L" for each in sorted(self.weekdays)), []
            if self.days_from_end == {1} and self.weekdays == WEEKDAYS:
                return "L", "*", []
            raise CalendarError("days counted from the end of a month have no counterpart.")
        day = field_text(self.days, DAYS)
        if self.either or self.days == DAYS or self.weekdays == WEEKDAYS:
            return day, weekday, []
        return "*", weekday, [f"* * {field_text(DAYS - self.days, DAYS)} * *"]

    def _expression(self, day: str, weekday: str) -> str:
        fields = [
            field_text(self.minutes, SIXTY),
            field_text(self.hours, HOURS),
            day,
            field_text(self.months, MONTHS),
            weekday,
        ]
        if self.seconds != {0}:
            fields.insert(0, field_text(self.seconds, SIXTY))
        return " ".join(fields)


def merged(calendars: Iterable[Calendar]) -> list[Calendar]:
    """The same local times with fewer calendars, by merging those that differ in one field."""
    left = list(dict.fromkeys(calendars))
    again = True
    while again:
        again = False
        for n, one in enumerate(left):
            for other in left[n + 1 :]:
                both = _both(one, other)
                if both is not None:
                    left[n] = both
                    left.remove(other)
                    again = True
                    break
            if again:
                break
    return left


def _both(one: Calendar, other: Calendar) -> Calendar | None:
    """One calendar for the times of both, if there is one."""
    if one.either or other.either or one.days_from_end or other.days_from_end:
        return None
    names = ("seconds", "minutes", "hours", "days", "months", "weekdays", "years")
    apart = [name for name in names if getattr(one, name) != getattr(other, name)]
    if len(apart) == 1:
        return replace(one, **{apart[0]: getattr(one, apart[0]) | getattr(other, apart[0])})
    if apart != ["days", "weekdays"]:
        return None
    for by_day, by_week in ((one, other), (other, one)):
        if by_day.weekdays == WEEKDAYS and by_week.days == DAYS:
            return replace(by_day, weekdays=by_week.weekdays, either=True)
    return None


def field_text(values: frozenset[int], every: frozenset[int]) -> str:
    """A set of values as a field: a star, a step, or runs."""
    if values == every:
        return "*"
    ordered = sorted(values)
    if not ordered:
        raise CalendarError("a field matches nothing.")
    if len(ordered) > 2:
        step = ordered[1] - ordered[0]
        if step > 1 and ordered == list(range(ordered[0], ordered[-1] + 1, step)):
            to_the_end = ordered[-1] + step > max(every)
            if to_the_end and ordered[0] == min(every):
                return f"{min(every)}-{max(every)}/{step}" if _is_day(every) else f"*/{step}"
            return f"{ordered[0]}-{ordered[-1]}/{step}"
    parts = []
    for first, last in runs(values):
        parts.append(str(first) if first == last else f"{first}-{last}")
    return ",".join(parts)


def _is_day(every: frozenset[int]) -> bool:
    """Whether a star with a step would change how the two day fields combine."""
    return every in (DAYS, WEEKDAYS)


def _new_year(year: int, zone: str) -> datetime:
    local = datetime(year, 1, 1)  # noqa: DTZ001 - a local time, made an instant below
    try:
        return instant_of(local, zone_named(zone))
    except LocalTimeError:
        return local.replace(tzinfo=zone_named(zone))
