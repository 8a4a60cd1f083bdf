"""The list of calendars, and the page of one: what it is, who keeps to it, its days by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import assert_never

from onthedot.scheduling.calendars.content import (
    AnyOfCalendar,
    CalendarContent,
    DatesCalendar,
    HolidaysCalendar,
    IcsCalendar,
    WeeklyCalendar,
)
from onthedot.scheduling.errors import CalendarNotFound
from onthedot.service.calendars.calendars import Calendars, FoundCalendar
from onthedot.ui.components.markup import box, card, empty, facts, link, named, skeleton, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars.months import show_year
from onthedot.ui.watches import Seen

_EVERY = timedelta(seconds=5)
#: The years that can be looked at.
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class _Year:
    """A calendar, and its days in one year; None where there is no such calendar."""

    found: FoundCalendar | None
    days: Mapping[date, str]


def calendars_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page of all calendars."""
    _head("Calendars", "Named days that triggers skip, run only on, or move runs away from.")
    place = box("stack")
    with place:
        skeleton(160)

    shown: list[object] = []

    def show(seen: Seen[list[FoundCalendar]]) -> None:
        if shown == [seen.value, seen.error]:
            return
        shown[:] = [seen.value, seen.error]
        place.clear()
        with place:
            if seen.value is None:
                empty("triangle-alert", "Calendars cannot be read now", str(seen.error or ""))
            elif not seen.value:
                empty(
                    "calendar",
                    "There are no calendars yet",
                    "An admin makes one: `onthedot calendar set it --country IT`.",
                )
            else:
                _table(seen.value)

    with box():
        context.live(("calendars",), lambda: Calendars(context.temporal).all(), show, every=_EVERY)


def calendar_page(context: PageContext, query: dict[str, str], name: str) -> None:
    """Build the page of one calendar, for the year that the query names."""
    today = context.site.temporal.now().date()
    asked = query.get("year", "")
    year = int(asked) if asked.isdigit() and len(asked) == 4 else today.year
    year = min(max(year, _FIRST_YEAR), _LAST_YEAR)
    _head(name, "")
    place = box("stack")
    with place:
        skeleton(320)

    async def read() -> _Year:
        calendars = Calendars(context.temporal)
        try:
            found = await calendars.get(name)
            _, days = await calendars.days(name, date(year, 1, 1), date(year, 12, 31))
        except CalendarNotFound:
            return _Year(None, {})
        return _Year(found, {day: ", ".join(names) for day, names in days})

    shown: list[object] = []

    def show(seen: Seen[_Year]) -> None:
        if shown == [seen.value, seen.error]:
            return
        shown[:] = [seen.value, seen.error]
        place.clear()
        with place:
            if seen.value is None:
                empty("triangle-alert", "The calendar cannot be read now", str(seen.error or ""))
            elif seen.value.found is None:
                with empty("calendar", "There is no such calendar", "It may have been deleted."):
                    link("Calendars", "/calendars", "btn")
            else:
                _one(seen.value.found)
                _years(name, year)
                show_year(year, seen.value.days, today)

    with box():
        context.live(("calendar", name, year), read, show, every=_EVERY)


def said(content: CalendarContent) -> str:
    """What a calendar is made of, in a few words."""
    match content:
        case DatesCalendar():
            return f"{len(content.dates)} dates" if len(content.dates) > 1 else content.dates[0]
        case HolidaysCalendar():
            part = f", {content.subdivision}" if content.subdivision else ""
            kinds = ", ".join(content.categories)
            return f"Holidays of {content.country.upper()}{part} ({kinds})"
        case WeeklyCalendar():
            return f"Every {', '.join(day.value.title() for day in content.days)}"
        case IcsCalendar():
            return "Events of a feed" if content.url else "Events of an iCalendar"
        case AnyOfCalendar():
            return f"Any of {', '.join(content.calendars)}"
        case _:
            assert_never(content)


def _head(title: str, words: str) -> None:
    with box("head"), box("titles"):
        text(title, tag="h1")
        if words:
            text(words, "sub", tag="p")


def _table(calendars: list[FoundCalendar]) -> None:
    with card(body=False), box("calendars", "ul"):
        for one in calendars:
            with box("", "li"):
                link(one.state.name, f"/calendars/{one.state.name}", "inline strong")
                text(said(one.state.content), "muted")
                if one.row.problem:
                    text(one.row.problem, "small red")


def _one(found: FoundCalendar) -> None:
    state, row = found.state, found.row
    content = state.content
    waiting = f", {found.waiting} of them still go by an earlier one" if found.waiting else ""
    rows = [
        ("What", said(content)),
        ("In use by", f"{found.users or 0} tasks and calendars{waiting}"),
        ("Revision", f"{state.revision}, by {state.updated_by or 'nobody'}"),
    ]
    if isinstance(content, IcsCalendar) and content.url:
        rows.append(("Feed", content.url))
    if state.resolved.known_until is not None:
        rows.append(("Known until", f"{state.resolved.known_until}"))
    if row.problem:
        rows.append(("Problem", row.problem))
    with card():
        facts([*rows, ("Changed", lambda: When(state.updated_at, "near"))])


def _years(name: str, year: int) -> None:
    with named(box("row years", "nav"), aria_label="Years"):
        if year > _FIRST_YEAR:
            link(str(year - 1), f"/calendars/{name}?year={year - 1}", "btn", icon="chevron-left")
        text(str(year), "strong")
        if year < _LAST_YEAR:
            link(str(year + 1), f"/calendars/{name}?year={year + 1}", "btn", icon="chevron-right")
