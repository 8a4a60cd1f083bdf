"""What shapes a forecast besides triggers: the windows of freezes, and the days of calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from onthedot.scheduling.calendars.days import KnownCalendar
from onthedot.scheduling.calendars.resolved import days_between
from onthedot.scheduling.firing.clock_changes import date_of, instant
from onthedot.scheduling.forecast.fleet import FleetTask
from onthedot.scheduling.forecast.frozen import NamedFreeze, spans_of
from onthedot.scheduling.wording.phrases import WEEKDAY_NAMES

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class FrozenWindow:
    """A window of a freeze that overlaps the forecast; the end is exclusive."""

    name: str
    start: datetime
    end: datetime
    all_tasks: bool


@dataclass(frozen=True)
class Influences:
    """The windows in order, and the named days of the calendars that tasks use."""

    windows: tuple[FrozenWindow, ...] = ()
    days: Mapping[date, str] | None = None


def influences(
    tasks: Sequence[FleetTask],
    freezes: Sequence[NamedFreeze],
    *,
    since: datetime,
    until: datetime,
) -> Influences:
    """The influences on a period. Days that are only named for their weekday are left out."""
    windows = [
        FrozenWindow(
            freeze.name, instant(span.start), instant(span.end), freeze.definition.tags == "all"
        )
        for freeze in freezes
        for span in spans_of(freeze, since, until)
    ]
    windows.sort(key=lambda window: (window.start, window.name))
    calendars = {c.name: c for task in tasks for c in task.calendars.calendars}
    return Influences(tuple(windows), _named_days(calendars, since, until))


def _named_days(
    calendars: Mapping[str, KnownCalendar], since: datetime, until: datetime
) -> Mapping[date, str]:
    found: dict[date, dict[str, None]] = {}
    unnamed: dict[date, str] = {}
    # Local days may begin before, and end after, those of UTC.
    span = days_between((since - _DAY).date(), (until + _DAY).date())
    for name, calendar in sorted(calendars.items()):
        for day in span:
            said = [text for text in calendar.names_of(day) if text not in WEEKDAY_NAMES]
            found.setdefault(date_of(day), {}).update(dict.fromkeys(said))
            if day in calendar and not _is_weekly(calendar, day):
                unnamed.setdefault(date_of(day), name)
    every = ((day, ", ".join(names) or unnamed.get(day, "")) for day, names in found.items())
    return {day: said for day, said in sorted(every) if said}


def _is_weekly(calendar: KnownCalendar, day: int) -> bool:
    return date_of(day).weekday() in calendar.resolved.weekdays
