"""Looks up the calendars that triggers name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from onthedot.activities.calendars.stored import StoredCalendar
from onthedot.scheduling.calendars.days import (
    NO_CALENDARS,
    CalendarDays,
    KnownCalendar,
    calendars_of,
)
from onthedot.scheduling.ledger.expected import Period
from onthedot.scheduling.trigger import Trigger
from onthedot.service.temporal.calls import Temporal


async def calendars_for(temporal: Temporal, trigger: Trigger) -> CalendarDays:
    """The current days of the calendars that a trigger names; a missing one has revision 0.

    Raises:
        TemporalUnavailable: Temporal does not respond. It is called only if calendars are named.
    """
    if not calendars_of(trigger):
        return NO_CALENDARS
    return await temporal.ask(temporal.calendars.of(trigger))


async def with_calendars(temporal: Temporal, periods: Sequence[Period]) -> list[Period]:
    """Periods with the calendars that their triggers name, as the schedule used them then."""
    names = dict.fromkeys(name for one in periods for name in calendars_of(one.entry.trigger))
    if not names:
        return list(periods)
    found = {name: await temporal.ask(temporal.calendars.find(name)) for name in names}

    def known(name: str, period: Period) -> KnownCalendar:
        calendar, revision = found[name], period.entry.calendars.get(name)
        if calendar is None:
            return temporal.calendars.missing(name)
        return _then(calendar, revision, period.since)

    return [
        replace(
            one,
            calendars=CalendarDays.of(known(name, one) for name in calendars_of(one.entry.trigger)),
        )
        for one in periods
    ]


def _then(calendar: StoredCalendar, revision: int | None, at: datetime) -> KnownCalendar:
    # If the schedule's revision is unknown, use the calendar's own at that time.
    return calendar.at(at) if revision is None else calendar.as_of(revision)
