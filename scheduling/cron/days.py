"""On which days a cron expression fires: day of the month, month and day of the week together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from onthedot.scheduling.cron.fields import (
    DAY,
    WEEKDAY,
    CronError,
    element_values,
    starts_with_star,
    value,
)

#: Monday to Friday, counted from Sunday = 0 as cron does.
_WORKING = frozenset(range(1, 6))
#: No month has more working days.
_MOST_WORKING_DAYS = 31

_NTH_WORKING = re.compile(r"^W#(\d{1,2})$", re.ASCII)
_LAST_WORKING = re.compile(r"^LW-(\d{1,2})$", re.ASCII)
_NEAREST = re.compile(r"^(?:(\d+)W|W(\d+))$", re.ASCII)
_LAST_OF = re.compile(r"^(?:(\w+)L|L(\d))$", re.ASCII)


@dataclass(frozen=True)
class DayOfMonth:
    """What the day-of-month field names: plain days, `L`, and working days.

    `15W` is in `nearest` (`LW` is the nearest to 31), `W#3` in `nth_working` as 3, `LW-1` as -2.
    """

    days: frozenset[int]
    last: bool
    nearest: frozenset[int]
    nth_working: frozenset[int] = frozenset()

    @property
    def counts_working_days(self) -> bool:
        """Whether it depends on which days are working days."""
        return bool(self.nearest or self.nth_working)

    def bits(self, length: int, working: int) -> int:
        """The named days of a month with `length` days, as bits; `working` are its working days."""
        found = sum(1 << day for day in self.days if day <= length)
        found |= 1 << length if self.last else 0
        if self.counts_working_days and working:
            ordered = [day for day in range(1, length + 1) if working >> day & 1]
            for wanted in self.nearest:
                target = min(wanted, length)
                found |= 1 << min(ordered, key=lambda day: (abs(day - target), day))
            for n in self.nth_working:
                at = n - 1 if n > 0 else n
                if -len(ordered) <= at < len(ordered):
                    found |= 1 << ordered[at]
        return found


@dataclass(frozen=True)
class DayOfWeek:
    """What the day-of-week field names: weekdays, `5#2` as (5, 2), and `5L`."""

    weekdays: frozenset[int]
    nth: frozenset[tuple[int, int]]
    last: frozenset[int]

    def matches(self, length: int, day: int, weekday: int) -> bool:
        """Whether a day, on this weekday in a month with `length` days, is named."""
        return (
            weekday in self.weekdays
            or (weekday, (day + 6) // 7) in self.nth
            or (weekday in self.last and day + 7 > length)
        )


@dataclass(frozen=True)
class DayRule:
    """The days that an expression names. `either` is cron's OR of its two day fields."""

    months: frozenset[int]
    day_of_month: DayOfMonth
    day_of_week: DayOfWeek
    either: bool
    _known: dict[tuple[int, int], int] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def day_of_week_is_free(self) -> bool:
        """Whether the day-of-week field names every day."""
        return len(self.day_of_week.weekdays) == 7

    @property
    def day_of_month_is_free(self) -> bool:
        """Whether the day-of-month field names every day."""
        return len(self.day_of_month.days) == 31

    def days(self, year: int, month: int, working: int | None = None) -> int:
        """The days of a month that the rule names, as bits: bit 1 is the first day.

        `working` are its working days in the same form; by default Monday to Friday.
        """
        if month not in self.months:
            return 0
        length, first = month_shape(year, month)
        if working is not None and self.day_of_month.counts_working_days:
            return self._days(length, first, working)
        found = self._known.get((length, first))
        if found is None:
            weekdays = sum(
                1 << day for day in range(1, length + 1) if (first + day - 1) % 7 in _WORKING
            )
            found = self._known[length, first] = self._days(length, first, weekdays)
        return found

    def _days(self, length: int, first: int, working: int) -> int:
        by_date = self.day_of_month.bits(length, working)
        by_week = sum(
            1 << day
            for day in range(1, length + 1)
            if self.day_of_week.matches(length, day, (first + day - 1) % 7)
        )
        return (by_date | by_week) if self.either else (by_date & by_week)


def parse_days(day_text: str, months: frozenset[int], weekday_text: str, key: str) -> DayRule:
    """The rule of the two day fields together. Raises CronError.

    If a field starts with `*` (or is `?`), both must match; otherwise either may match. This is
    the rule of Vixie's and Debian's cron.
    """
    return DayRule(
        months=months,
        day_of_month=_day_of_month(day_text, key),
        day_of_week=_day_of_week(weekday_text, key),
        either=not (starts_with_star(day_text) or starts_with_star(weekday_text)),
    )


@lru_cache(maxsize=4096)
def month_shape(year: int, month: int) -> tuple[int, int]:
    """How many days a month has, and the weekday of its first (Sunday = 0)."""
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - first).days, first.isoweekday() % 7


def _day_of_month(text: str, key: str) -> DayOfMonth:
    days: set[int] = set()
    nearest: set[int] = set()
    nth_working: set[int] = set()
    last = False
    for element in _elements(text):
        near = _NEAREST.match(element)
        nth, before_last = _NTH_WORKING.match(element), _LAST_WORKING.match(element)
        if element == "L":
            last = True
        elif element == "LW":
            nearest.add(31)
        elif nth is not None:
            nth_working.add(_count(element, nth[1], "W#3 is the third working day of the month."))
        elif before_last is not None:
            text_of = "LW-1 is the working day before the last one of the month."
            nth_working.add(-1 - _count(element, before_last[1], text_of))
        elif near is not None:
            nearest.add(value(DAY, element, near[1] or near[2]))
        else:
            days |= element_values(DAY, re.sub(r"-L(?=$|/)", "-31", element), key)
    return DayOfMonth(frozenset(days), last, frozenset(nearest), frozenset(nth_working))


def _count(element: str, text: str, example: str) -> int:
    if not 1 <= int(text) < _MOST_WORKING_DAYS:
        raise DAY.problem(element, f"counts too far. {example}")
    return int(text)


def _day_of_week(text: str, key: str) -> DayOfWeek:
    weekdays: set[int] = set()
    nth: set[tuple[int, int]] = set()
    last: set[int] = set()
    for element in _elements(text):
        body, sign, number = element.partition("#")
        last_of = _LAST_OF.match(element)
        if element == "L":
            raise WEEKDAY.problem(element, "needs a weekday: 5L is the last Friday of the month.")
        if sign:
            if number not in {"1", "2", "3", "4", "5"} or body.startswith(("*", "H")):
                raise WEEKDAY.problem(element, "is not understood. 5#2 is the second Friday.")
            nth |= {(weekday, int(number)) for weekday in element_values(WEEKDAY, body, key)}
        elif last_of is not None:
            last.add(value(WEEKDAY, element, last_of[1] or last_of[2]) % 7)
        else:
            weekdays |= element_values(WEEKDAY, element, key)
    return DayOfWeek(frozenset(weekdays), frozenset(nth), frozenset(last))


def _elements(text: str) -> list[str]:
    if text == "?":
        return ["*"]
    if "?" in text:
        raise CronError(f"{text!r}: a question mark stands alone in its field.")
    return text.split(",")
