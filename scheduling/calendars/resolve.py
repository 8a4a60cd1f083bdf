"""Computes the days that a calendar names. Raises CalendarError if that is impossible."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import assert_never

from onthedot.scheduling.calendars.content import (
    AnyOfCalendar,
    CalendarContent,
    CalendarError,
    DatesCalendar,
    HolidaysCalendar,
    IcsCalendar,
    Weekday,
    WeeklyCalendar,
)
from onthedot.scheduling.calendars.events import event_days
from onthedot.scheduling.calendars.holiday_days import holiday_days
from onthedot.scheduling.calendars.resolved import ResolvedDays, union
from onthedot.scheduling.excluding.exclusions import ExclusionError, dates_of

_WEEK = list(Weekday)


def resolve(
    content: CalendarContent,
    *,
    today: date,
    parts: Mapping[str, ResolvedDays] | None = None,
    text: str | None = None,
) -> ResolvedDays:
    """The days that a calendar names.

    Args:
        today: the day from which the horizon of recurring events counts.
        parts: the days of the calendars that `any_of` names.
        text: the content of the feed of an `ics` calendar with a `url`.

    Raises:
        CalendarError: with the invalid field.
    """
    match content:
        case DatesCalendar():
            return ResolvedDays.of((_dates(text, n), "") for n, text in enumerate(content.dates))
        case HolidaysCalendar():
            return holiday_days(content)
        case WeeklyCalendar():
            return ResolvedDays(weekdays=tuple(sorted({_WEEK.index(day) for day in content.days})))
        case IcsCalendar():
            written = content.text if text is None else text
            if written is None:
                return ResolvedDays()
            return event_days(written, today=today, field="text" if text is None else "url")
        case AnyOfCalendar():
            return union((parts or {})[name] for name in content.calendars)
        case _:
            assert_never(content)


def _dates(text: str, n: int) -> range:
    try:
        found = dates_of(text)
    except ExclusionError as error:
        raise CalendarError(f"dates.{n}", str(error)) from None
    if found is None:
        fix = "is neither a date such as 2026-12-24 nor a range such as 2026-12-24/2026-12-26."
        raise CalendarError(f"dates.{n}", f"{text!r} {fix}")
    return found
