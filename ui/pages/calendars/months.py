"""A year as twelve months, with the named days marked and listed below each."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from onthedot.scheduling.wording.phrases import MONTH_NAMES, WEEKDAY_NAMES
from onthedot.ui.components.markup import box, button, named, text

_WEEK = (*WEEKDAY_NAMES[1:], WEEKDAY_NAMES[0])
#: The most names listed below a month.
_MOST_TOLD = 8
#: The years that can be shown.
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class YearOfDays:
    """The days of a calendar in a year; while it is edited, compared with its saved days."""

    year: int
    days: Mapping[date, str]
    before: Mapping[date, str] = field(default_factory=dict)
    compared: bool = False

    def change(self, day: date) -> str:
        """`come` for an added day, `gone` for a removed one."""
        if not self.compared or (day in self.days) == (day in self.before):
            return ""
        return "come" if day in self.days else "gone"

    def name_of(self, day: date) -> str:
        """The name of a day."""
        return self.days.get(day) or self.before.get(day) or ""


def show_year(shown: YearOfDays, today: date) -> None:
    """Twelve months; past months of this year are folded."""
    first = today.month if shown.year == today.year else 1
    if first > 1:
        past = MONTH_NAMES[: first - 1]
        with box("past", "details"):
            text(" to ".join(dict.fromkeys((past[0], past[-1]))), tag="summary")
            _months(shown, range(1, first), today)
    _months(shown, range(first, 13), today)


def show_years(year: int, go: Callable[[int], None]) -> None:
    """Buttons for the year before and after."""
    with named(box("years", "nav"), aria_label="Years"):
        back, on = year > FIRST_YEAR, year < LAST_YEAR
        button(
            "",
            lambda: go(year - 1),
            "small",
            icon="chevron-left",
            aria=str(year - 1),
            why_not="" if back else "The first year",
        )
        text(str(year), "strong")
        button(
            "",
            lambda: go(year + 1),
            "small",
            icon="chevron-right",
            aria=str(year + 1),
            why_not="" if on else "The last year",
        )


def year_of(written: str, today: date) -> int:
    """The year in an address, by default this one."""
    year = int(written) if written.isdigit() and len(written) == 4 else today.year
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _months(shown: YearOfDays, months: range, today: date) -> None:
    with box("months"):
        for month in months:
            with box("month card", "section"):
                _month(shown, month, today)


def _month(shown: YearOfDays, month: int, today: date) -> None:
    with box("", "table"):
        text(MONTH_NAMES[month - 1], tag="caption")
        with box("", "thead"), box("", "tr"):
            for name in _WEEK:
                named(text(name[:2], tag="th"), scope="col", abbr=name)
        with box("", "tbody"):
            for week in calendar.Calendar().monthdatescalendar(shown.year, month):
                with box("", "tr"):
                    for day in week:
                        _day(shown, day, month, today)
    every = sorted({*shown.days, *(shown.before if shown.compared else ())})
    told = [day for day in every if day.month == month and shown.name_of(day) not in _WEEK]
    if not told:
        return
    with box("told", "ul"):
        for day in told[:_MOST_TOLD]:
            with box(shown.change(day), "li"):
                text(str(day.day), "num")
                text(shown.name_of(day) or f"{day:%A}", "wrap")
        if len(told) > _MOST_TOLD:
            with box("muted", "li"):
                text("")
                text(f"and {len(told) - _MOST_TOLD} more")


def _day(shown: YearOfDays, day: date, month: int, today: date) -> None:
    if day.month != month:
        box("", "td")
        return
    change = shown.change(day)
    marks = [("marked", day in shown.days), (change, bool(change)), ("today", day == today)]
    classes = " ".join(name for name, holds in marks if holds)
    with box(classes, "td") as cell:
        text(str(day.day))
    if day in shown.days or change:
        said = shown.name_of(day) or "On the list"
        prefix = {"come": "New: ", "gone": "No longer: ", "": ""}[change]
        named(cell, title=f"{prefix}{said}")
