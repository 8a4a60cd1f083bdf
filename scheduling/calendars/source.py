"""The source of a calendar's days: if it changes, the days may change."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from onthedot.scheduling.calendars.content import (
    AnyOfCalendar,
    CalendarContent,
    DatesCalendar,
    HolidaysCalendar,
    IcsCalendar,
    WeeklyCalendar,
)
from onthedot.scheduling.calendars.holiday_days import library_release


def source_of(content: CalendarContent, *, today: date) -> str:
    """Such as `holidays 0.109`; empty if the content alone determines the days."""
    match content:
        case HolidaysCalendar():
            return library_release()
        case IcsCalendar():
            return f"events as of {today.year}"
        case AnyOfCalendar() | DatesCalendar() | WeeklyCalendar():
            return ""
        case _:
            assert_never(content)


def may_change(content: CalendarContent) -> bool:
    """Whether its days may change by themselves."""
    match content:
        case HolidaysCalendar() | IcsCalendar() | AnyOfCalendar():
            return True
        case DatesCalendar() | WeeklyCalendar():
            return False
        case _:
            assert_never(content)
