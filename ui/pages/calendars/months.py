"""A year as twelve months, the named days marked and told below each."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date

from onthedot.scheduling.wording.phrases import MONTH_NAMES, WEEKDAY_NAMES
from onthedot.ui.components.markup import box, named, text

_WEEK = (*WEEKDAY_NAMES[1:], WEEKDAY_NAMES[0])
#: More names than this are not told below a month: a weekend is seen.
_MOST_TOLD = 8


def show_year(year: int, days: Mapping[date, str], today: date) -> None:
    """Twelve months."""
    with box("months"):
        for month in range(1, 13):
            with box("month card", "section"):
                _month(year, month, days, today)


def _month(year: int, month: int, days: Mapping[date, str], today: date) -> None:
    with box("", "table"):
        text(MONTH_NAMES[month - 1], tag="caption")
        with box("", "thead"), box("", "tr"):
            for name in _WEEK:
                named(text(name[:2], tag="th"), scope="col", abbr=name)
        with box("", "tbody"):
            for week in calendar.Calendar().monthdatescalendar(year, month):
                with box("", "tr"):
                    for day in week:
                        _day(day, month, days, today)
    named_here = [(day, name) for day, name in days.items() if day.month == month]
    told = [(day, name) for day, name in named_here if name not in WEEKDAY_NAMES]
    with box("told small", "ul"):
        for day, name in told[:_MOST_TOLD]:
            text(f"{day.day} {name}" if name else str(day.day), tag="li")
        if len(told) > _MOST_TOLD:
            text(f"and {len(told) - _MOST_TOLD} more", "muted", tag="li")


def _day(day: date, month: int, days: Mapping[date, str], today: date) -> None:
    if day.month != month:
        box("", "td")
        return
    classes = " ".join(
        name for name, holds in (("marked", day in days), ("today", day == today)) if holds
    )
    cell = text(str(day.day), classes, tag="td")
    if day in days:
        label = days[day] or "named"
        named(cell, title=label)
