"""Reads for the pages of calendars."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from onthedot.scheduling.calendars.content import AnyOfCalendar
from onthedot.scheduling.calendars.days import KnownCalendar
from onthedot.scheduling.calendars.resolved import days_between
from onthedot.scheduling.errors import CalendarNotFound
from onthedot.scheduling.firing.clock_changes import date_of
from onthedot.service.calendars.calendars import Calendars, FoundCalendar
from onthedot.service.calendars.users import CalendarUser, users_of
from onthedot.service.temporal.calls import Temporal


@dataclass(frozen=True)
class CalendarDetail:
    """A calendar, its days, and its first hundred users."""

    found: FoundCalendar
    known: KnownCalendar
    users: tuple[CalendarUser, ...]


async def all_calendars(temporal: Temporal) -> list[FoundCalendar]:
    """Every calendar, with its number of users. Raises TemporalUnavailable."""
    return await Calendars(temporal).all(counted=True)


async def names_to_choose(temporal: Temporal) -> list[str]:
    """The calendars that another one can include. Raises TemporalUnavailable."""
    found = await Calendars(temporal).all()
    return [one.state.name for one in found if not isinstance(one.state.content, AnyOfCalendar)]


async def calendar_detail(temporal: Temporal, name: str) -> CalendarDetail | None:
    """None if there is no such calendar. Raises TemporalUnavailable."""
    today = temporal.now().date()
    calendars = Calendars(temporal)
    try:
        found, (known, _) = await asyncio.gather(
            calendars.get(name), calendars.days(name, today, today)
        )
    except CalendarNotFound:
        return None
    users = await users_of(temporal, name, found.state.revision) if found.users else []
    return CalendarDetail(found, known, tuple(users))


def days_of(known: KnownCalendar, year: int) -> Mapping[date, str]:
    """The days of a year, with their names."""
    span = days_between(date(year, 1, 1), date(year, 12, 31))
    return {date_of(day): ", ".join(known.names_of(day)) for day in span if day in known}
