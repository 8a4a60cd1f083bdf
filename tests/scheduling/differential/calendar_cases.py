"""Expressions, calendars and zones to combine in the differential tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product

import holidays

from onthedot.scheduling.calendars.content import (
    AnyOfCalendar,
    CalendarContent,
    DatesCalendar,
    HolidaysCalendar,
    IcsCalendar,
    WeeklyCalendar,
)
from onthedot.scheduling.calendars.days import CalendarDays, KnownCalendar
from onthedot.scheduling.calendars.resolve import resolve
from onthedot.scheduling.calendars.resolved import ResolvedDays
from onthedot.scheduling.trigger import CalendarUse, CronTrigger, OnExcluded

TODAY = date(2026, 11, 21)

TIMES = (
    "0 9", "30 2", "15 1,13", "0 0", "30 23", "*/30 0-3", "0 */6", "45 0", "10 3,22", "30 12 7",
)  # fmt: skip
DAYS = (
    "* * *", "* * 1-5", "1 * *", "15 * *", "L * *", "LW * *", "15W * *", "1W,31W * *", "W#1 * *",
    "W#3,W#10 * *", "LW-1 * *", "W#22 * *", "* * 5#2", "* * 1L", "13 * 5", "31 * *", "29 2 *",
    "25 12 *", "1,15 3-6 *", "*/10 * *",
)  # fmt: skip
ZONES = (
    "Europe/Rome", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "America/Havana",
    "America/Nuuk", "Atlantic/Azores", "Africa/Cairo", "Asia/Beirut", "Pacific/Chatham",
    "Asia/Kolkata", "UTC",
)  # fmt: skip

CONTENTS: dict[str, CalendarContent] = {
    "it": HolidaysCalendar(country="IT"),
    "bavaria": HolidaysCalendar(country="DE", subdivision="BY", categories=("public",)),
    "weekend": WeeklyCalendar.model_validate({"days": ["sat", "sun"]}),
    "short-week": WeeklyCalendar.model_validate({"days": ["mon", "tue", "wed", "thu"]}),
    "closed": DatesCalendar(dates=("2026-12-24", "2027-08-02/2027-08-22", "2028-02-29")),
    "events": IcsCalendar(
        text="\r\n".join(
            (
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "PRODID:-//tests//EN",
                "BEGIN:VEVENT",
                "UID:1",
                "DTSTART;VALUE=DATE:20260105",
                "RRULE:FREQ=MONTHLY;BYDAY=1MO",
                "SUMMARY:Stocktaking",
                "END:VEVENT",
                "BEGIN:VEVENT",
                "UID:2",
                "DTSTART:20261223T180000",
                "DTEND:20261226T020000",
                "SUMMARY:Shutdown",
                "END:VEVENT",
                "END:VCALENDAR",
                "",
            )
        )
    ),
    "free": AnyOfCalendar(calendars=("it", "weekend", "closed")),
}


def _holidays(country: str, subdivision: str | None = None) -> Callable[[date], bool]:
    @cache
    def found() -> holidays.HolidayBase:
        return holidays.country_holidays(country, subdivision, years=range(2024, 2032))

    return lambda day: day in found()


def _free(day: date) -> bool:
    return any(named(day) for named in (_it, _weekend, _closed))


def _weekend(day: date) -> bool:
    return day.isoweekday() > 5


def _closed(day: date) -> bool:
    summer = date(2027, 8, 2) <= day <= date(2027, 8, 22)
    return day in {date(2026, 12, 24), date(2028, 2, 29)} or summer


def _events(day: date) -> bool:
    shutdown = date(2026, 12, 23) <= day <= date(2026, 12, 26)
    return shutdown or (day >= date(2026, 1, 5) and day.isoweekday() == 1 and day.day <= 7)


_it = _holidays("IT")

#: Which days the calendars name, told without any of our code.
NAMES: dict[str, Callable[[date], bool]] = {
    "it": _it,
    "bavaria": _holidays("DE", "BY"),
    "weekend": _weekend,
    "short-week": lambda day: day.isoweekday() < 5,
    "closed": _closed,
    "events": _events,
    "free": _free,
}


@dataclass(frozen=True)
class Setup:
    """How a trigger uses calendars."""

    exclude: tuple[str, ...] = ()
    only: str | None = None

    def excluded(self, day: date) -> bool:
        return any(NAMES[name](day) for name in self.exclude) or (
            self.only is not None and not NAMES[self.only](day)
        )

    def works(self, day: date) -> bool:
        usual = NAMES[self.only](day) if self.only else day.isoweekday() < 6
        return usual and not any(NAMES[name](day) for name in self.exclude)


SETUPS = (
    Setup(exclude=("it", "weekend")),
    Setup(exclude=("bavaria",)),
    Setup(exclude=("closed",), only="short-week"),
    Setup(only="events"),
    Setup(exclude=("events", "closed")),
    Setup(exclude=("free",)),
)


@dataclass(frozen=True)
class Case:
    """One trigger with calendars."""

    expression: str
    zone: str
    setup: Setup
    on_excluded: OnExcluded

    @property
    def trigger(self) -> CronTrigger:
        return CronTrigger(
            expression=self.expression,
            timezone=self.zone,
            exclude=tuple(CalendarUse(calendar=name) for name in self.setup.exclude),
            only=CalendarUse(calendar=self.setup.only) if self.setup.only else None,
            on_excluded=self.on_excluded,
        )


def cases() -> Iterator[Case]:
    """All expressions with all calendars in all zones, what is excluded dealt with in turn."""
    policies = list(OnExcluded)
    for n, (times, days) in enumerate(product(TIMES, DAYS)):
        fields = times.split()
        # Three fields of time begin with the second.
        for m, setup in enumerate(SETUPS):
            for k, zone in enumerate(ZONES):
                policy = policies[(n + n // len(DAYS) + m + k) % len(policies)]
                yield Case(" ".join((*fields, days)), zone, setup, policy)


@cache
def known() -> CalendarDays:
    """The calendars, as they are looked up for a trigger."""
    resolved: dict[str, ResolvedDays] = {}
    for name, content in CONTENTS.items():
        resolved[name] = resolve(content, today=TODAY, parts=resolved)
    return CalendarDays.of(KnownCalendar(name, 1, days) for name, days in resolved.items())


def days_around(start: date, end: date, margin: int) -> Iterator[date]:
    """The days from one to another, and so many more on either side."""
    for n in range(-margin, (end - start).days + margin + 1):
        yield start + timedelta(days=n)
