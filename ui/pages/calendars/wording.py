"""The content of a calendar in words."""

from __future__ import annotations

from typing import assert_never

from onthedot.scheduling.calendars.content import (
    AnyOfCalendar,
    CalendarContent,
    DatesCalendar,
    HolidaysCalendar,
    IcsCalendar,
    WeeklyCalendar,
)
from onthedot.scheduling.calendars.holiday_choices import country_name, subdivisions
from onthedot.scheduling.wording.phrases import WEEKDAY_NAMES, joined

#: Kind, label, icon.
KINDS = (
    ("holidays", "Holidays", "globe"),
    ("weekly", "Weekly", "repeat"),
    ("dates", "Dates", "calendar"),
    ("ics", "iCalendar", "download"),
    ("any_of", "Any of", "files"),
)
KIND_NAMES = {kind: name for kind, name, _ in KINDS}
#: Weekdays in definitions, and their names.
WEEKDAYS = {name[:3].lower(): name for name in (*WEEKDAY_NAMES[1:], WEEKDAY_NAMES[0])}
_FEW = 4


def said(content: CalendarContent) -> str:
    """Such as `Holidays of Italy`."""
    match content:
        case DatesCalendar():
            more = len(content.dates) - _FEW
            listed = [one.replace("/", " to ") for one in content.dates[:_FEW]]
            return ", ".join(listed) + (f" and {more} more" if more > 0 else "")
        case HolidaysCalendar():
            parts = subdivisions(content.country)
            part = content.subdivision or ""
            where = f"{country_name(content.country)}{f', {parts.get(part, part)}' if part else ''}"
            kinds = [kind for kind in content.categories if kind != "public"]
            only = "" if "public" in content.categories else "only "
            return f"Holidays of {where}" + (
                f" ({only or 'also '}{joined(kinds).replace('_', ' ')})" if kinds else ""
            )
        case WeeklyCalendar():
            return f"Every {joined([WEEKDAYS[day.value] for day in content.days])}"
        case IcsCalendar():
            return f"Events of {content.url}" if content.url else "Events of a pasted text"
        case AnyOfCalendar():
            return f"Days of {joined(content.calendars, 'or')}"
        case _:
            assert_never(content)
