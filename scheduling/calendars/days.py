"""The days of calendars, as an argument for computing when a trigger fires.

A trigger contains only the names of calendars: callers look them up first, and pass their days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from onthedot.scheduling.calendars.resolved import ResolvedDays, weekday
from onthedot.scheduling.firing.clock_changes import epoch_day
from onthedot.scheduling.trigger import OnceTrigger, Trigger
from onthedot.scheduling.wording.phrases import WEEKDAY_NAMES


def apart(ranges: Iterable[range]) -> tuple[range, ...]:
    """The same days in as few ranges as possible, in order, none before 1970."""
    found: list[range] = []
    for days in sorted(ranges, key=lambda days: days.start):
        days = range(max(days.start, 0), days.stop)
        if found and days and days.start <= found[-1].stop:
            found[-1] = range(found[-1].start, max(found[-1].stop, days.stop))
        elif days:
            found.append(days)
    return tuple(found)


#: Nothing fires outside these days, so calendars need not cover more.
_FIRST, _LAST = epoch_day(date(1970, 1, 1)), epoch_day(date(2100, 12, 31))
_WEEK = 7


@dataclass(frozen=True, eq=False)
class KnownCalendar:
    """One calendar at one revision, always the same object, so that it compares fast."""

    name: str
    revision: int
    resolved: ResolvedDays = field(repr=False)

    def __contains__(self, day: int) -> bool:
        return weekday(day) in self.resolved.weekdays or day in self._names

    def names_of(self, day: int) -> tuple[str, ...]:
        """A day's label: its names, or the weekday; empty if the calendar does not name it."""
        names = tuple(name for name in self._names.get(day, ()) if name)
        if names or day not in self:
            return names
        return (WEEKDAY_NAMES[(weekday(day) + 1) % _WEEK],)

    @cached_property
    def ranges(self) -> tuple[range, ...]:
        """All its days, as separate ranges in order."""
        return apart([*(days for days, _ in self.resolved.named()), *self._weekly()])

    @cached_property
    def others(self) -> tuple[range, ...]:
        """All days that it does not name."""
        found, day = [], _FIRST
        for days in self.ranges:
            if days.start > day:
                found.append(range(day, days.start))
            day = max(day, days.stop)
        if day <= _LAST:
            found.append(range(day, _LAST + 1))
        return tuple(found)

    @cached_property
    def _names(self) -> Mapping[int, tuple[str, ...]]:
        found: dict[int, tuple[str, ...]] = {}
        for days, name in self.resolved.named():
            for day in range(max(days.start, _FIRST), min(days.stop, _LAST + 1)):
                found[day] = (*found.get(day, ()), name)
        return found

    def _weekly(self) -> Iterator[range]:
        for number in self.resolved.weekdays:
            first = _FIRST + (number - weekday(_FIRST)) % _WEEK
            yield from (range(day, day + 1) for day in range(first, _LAST + 1, _WEEK))


@dataclass(frozen=True)
class CalendarDays:
    """The calendars that a trigger names, by name."""

    calendars: tuple[KnownCalendar, ...] = ()

    @classmethod
    def of(cls, calendars: Iterable[KnownCalendar]) -> CalendarDays:
        """Calendars in any order."""
        return cls(tuple(sorted(calendars, key=lambda calendar: calendar.name)))

    def __getitem__(self, name: str) -> KnownCalendar:
        for calendar in self.calendars:
            if calendar.name == name:
                return calendar
        raise LookupError(f"the calendar {name!r} was not looked up")

    def __contains__(self, name: str) -> bool:
        return any(calendar.name == name for calendar in self.calendars)

    @property
    def revisions(self) -> dict[str, int]:
        """The revision of each calendar; 0 for a missing one."""
        return {calendar.name: calendar.revision for calendar in self.calendars}


#: For triggers without calendars.
NO_CALENDARS = CalendarDays()


def missing_calendar(name: str) -> KnownCalendar:
    """Replaces a calendar that does not exist: it names no day."""
    return KnownCalendar(name, 0, ResolvedDays())


def calendars_of(trigger: Trigger) -> tuple[str, ...]:
    """The names of the calendars that a trigger uses, each once."""
    if isinstance(trigger, OnceTrigger):
        return ()
    only = () if trigger.only is None else (trigger.only.calendar,)
    excluded = (one.calendar for one in trigger.exclude if not isinstance(one, str))
    return tuple(dict.fromkeys((*excluded, *only)))
