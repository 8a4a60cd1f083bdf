"""When not to fire: local dates, ranges of dates, and cron expressions."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays, KnownCalendar, apart
from onthedot.scheduling.cron.days import DayRule, month_shape
from onthedot.scheduling.cron.expression import Cron, parse_cron
from onthedot.scheduling.cron.time_masks import WHOLE_DAY, times_of_day
from onthedot.scheduling.firing.clock_changes import date_of, epoch_day
from onthedot.scheduling.trigger import CalendarUse, Exclusion

_WEEKEND = frozenset({5, 6})
_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:/(\d{4}-\d{2}-\d{2}))?$", re.ASCII)
_LAST_YEAR = 2100
#: Nothing fires after this day, so exclusions end with it.
_LAST_DAY = epoch_day(date(_LAST_YEAR, 12, 31))
#: How many combinations of expressions are cached, at 11 KB each.
_REMEMBERED = 64


class ExclusionError(ValueError):
    """An invalid exclusion; the message contains the fix."""


@dataclass(frozen=True)
class Exclusions:
    """Local times at which nothing fires: whole local days, and times of day on some days."""

    days: tuple[range, ...]
    """Separate, in order, none of them empty."""
    crons: tuple[Cron, ...]
    calendars: tuple[KnownCalendar, ...] = ()
    """The calendars whose days are among `days`."""
    only: KnownCalendar | None = None
    """The calendar whose other days are among `days`."""
    _known: dict[tuple[int, ...], int] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    _months: dict[tuple[int, int], int] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __bool__(self) -> bool:
        return bool(self.days or self.crons)

    def on(self, day: int) -> int:
        """The excluded seconds of a local day, as bits."""
        if self.range_of(day) is not None:
            return WHOLE_DAY
        if not self.crons:
            return 0
        on = date_of(day)
        active = tuple(rule.days(on.year, on.month) >> on.day & 1 for rule in self._times)
        if active not in self._known:
            if len(self._known) == _REMEMBERED:
                self._known.clear()
            mask = 0
            for is_active, times in zip(active, self._times.values(), strict=True):
                mask |= times if is_active else 0
            self._known[active] = mask
        return self._known[active]

    def works_on(self, day: int) -> bool:
        """Whether a day is a working day: in `only`, or else Monday to Friday, and in no excluded
        calendar."""
        if any(day in calendar for calendar in self.calendars):
            return False
        return date_of(day).weekday() not in _WEEKEND if self.only is None else day in self.only

    def reasons(self, day: int) -> tuple[str, ...]:
        """Why calendars exclude a day: their names for it."""
        found = [name for calendar in self.calendars for name in calendar.names_of(day)]
        if self.only is not None and day not in self.only:
            found.append(f"not in {self.only.name}")
        return tuple(dict.fromkeys(found))

    def range_of(self, day: int) -> range | None:
        """The range of whole days that contains a local day."""
        found = bisect_right(self._starts, day) - 1
        return self.days[found] if found >= 0 and day in self.days[found] else None

    def days_of(self, year: int, month: int) -> int:
        """The days of a month that are in a range, as bits: bit 1 is the first day."""
        found = self._months.get((year, month))
        if found is None:
            length, _ = month_shape(year, month)
            before, found = epoch_day(date(year, month, 1)) - 1, 0
            for days in self.days[max(0, bisect_right(self._starts, before + 1) - 1) :]:
                if days.start > before + length:
                    break
                first, stop = max(1, days.start - before), min(length + 1, days.stop - before)
                found |= (1 << stop) - (1 << first) if stop > first else 0
            self._months[year, month] = found
        return found

    def covering(self, times: int) -> tuple[DayRule, ...]:
        """The days on which expressions exclude all these seconds of a day.

        Only expressions for the same days count together.
        """
        return tuple(rule for rule, excluded in self._times.items() if not times & ~excluded)

    @cached_property
    def _starts(self) -> list[int]:
        return [days.start for days in self.days]

    @cached_property
    def _times(self) -> dict[DayRule, int]:
        """The seconds that the expressions exclude, by the days on which they do."""
        found: dict[DayRule, int] = {}
        for cron in self.crons:
            found[cron.days] = found.get(cron.days, 0) | excluded_times(cron)
        return found

    def next_free(self, day: int, covering: tuple[DayRule, ...]) -> int:
        """The first local day from `day` on that is in no range, and that no rule covers; a day
        after the year 2100 if there is none."""
        while True:
            if (within := self.range_of(day)) is not None:
                day = within.stop
                continue
            on = date_of(day)
            if not covering or on.year > _LAST_YEAR:
                return day
            length, _ = month_shape(on.year, on.month)
            covered = 0
            for rule in covering:
                covered |= rule.days(on.year, on.month)
            free = ((2 << length) - 1) & ~covered >> on.day << on.day
            if free >> on.day & 1:
                return day
            # Ranges are examined again on the way.
            day += (free & -free).bit_length() - 1 - on.day if free else length + 1 - on.day


@lru_cache(maxsize=512)
def parse_exclusions(
    exclude: tuple[Exclusion, ...],
    key: str,
    calendars: CalendarDays = NO_CALENDARS,
    only: CalendarUse | None = None,
) -> Exclusions:
    """All exclusions of a trigger. Raises ExclusionError or CronError, and LookupError for a
    calendar that was not looked up."""
    parsed = [parse_exclusion(text, key) for text in exclude if isinstance(text, str)]
    used = tuple(calendars[one.calendar] for one in exclude if not isinstance(one, str))
    alone = None if only is None else calendars[only.calendar]
    ranges = [days for days in parsed if isinstance(days, range)]
    ranges += [days for calendar in used for days in calendar.ranges]
    return Exclusions(
        days=apart([*ranges, *(() if alone is None else alone.others)]),
        crons=tuple(p for p in parsed if isinstance(p, Cron)),
        calendars=used,
        only=alone,
    )


def parse_exclusion(text: str, key: str) -> range | Cron:
    """One exclusion: days since 1970-01-01 until the end of 2100, or an expression.

    Raises ExclusionError or CronError.
    """
    days = dates_of(text)
    return parse_cron(text, key) if days is None else days


def dates_of(text: str) -> range | None:
    """The days of a date or a range of dates; None if it is neither. Raises ExclusionError."""
    match = _DATE.match(text.strip())
    if match is None:
        return None
    first = _date(match[1])
    last = _date(match[2]) if match[2] else first
    if last < first:
        raise ExclusionError(f"{text!r} ends before it begins. Write {last}/{first}.")
    return range(epoch_day(first), min(epoch_day(last), _LAST_DAY) + 1)


def excluded_times(cron: Cron) -> int:
    """The seconds of a day that an expression excludes: five fields name whole minutes."""
    if cron.has_seconds:
        return cron.times
    return times_of_day(cron.hours, cron.minutes, range(60))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ExclusionError(f"{text!r} is not a date of the calendar.") from None
