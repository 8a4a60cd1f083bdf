"""When not to fire: local dates, ranges of dates, and cron expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from onthedot.scheduling.cron.expression import Cron, parse_cron
from onthedot.scheduling.cron.time_masks import WHOLE_DAY, times_of_day
from onthedot.scheduling.firing.clock_changes import date_of, epoch_day

#: Nothing fires on other days: Temporal's calendars end with the year 2100.
_DAYS = range(epoch_day(date(2101, 1, 1)))

_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:/(\d{4}-\d{2}-\d{2}))?$", re.ASCII)


class ExclusionError(ValueError):
    """An exclusion that is refused; the message says the mend."""


@dataclass(frozen=True)
class Exclusions:
    """The local times at which nothing fires: whole local days, and times of day on some days."""

    days: tuple[range, ...]
    crons: tuple[Cron, ...]
    _known: dict[tuple[int, ...], int] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __bool__(self) -> bool:
        return bool(self.days or self.crons)

    def on(self, day: int) -> int:
        """The excluded seconds of a local day, as bits."""
        if any(day in days for days in self.days):
            return WHOLE_DAY
        if not self.crons:
            return 0
        on = date_of(day)
        active = tuple(
            n
            for n, cron in enumerate(self.crons)
            if cron.days.days(on.year, on.month) >> on.day & 1
        )
        if active not in self._known:
            mask = 0
            for n in active:
                mask |= excluded_times(self.crons[n])
            self._known[active] = mask
        return self._known[active]


@lru_cache(maxsize=1024)
def parse_exclusions(exclude: tuple[str, ...], key: str) -> Exclusions:
    """All exclusions of a trigger. Raises ExclusionError or CronError."""
    parsed = [parse_exclusion(text, key) for text in exclude]
    return Exclusions(
        days=tuple(_within(p) for p in parsed if isinstance(p, range)),
        crons=tuple(p for p in parsed if isinstance(p, Cron)),
    )


def parse_exclusion(text: str, key: str) -> range | Cron:
    """One exclusion: days since 1970-01-01, or an expression.

    Raises ExclusionError or CronError.
    """
    match = _DATE.match(text.strip())
    if match is None:
        return parse_cron(text, key)
    first = _date(match[1])
    last = _date(match[2]) if match[2] else first
    if last < first:
        raise ExclusionError(f"{text!r} ends before it begins. Write {last}/{first}.")
    return range(epoch_day(first), epoch_day(last) + 1)


def _within(days: range) -> range:
    """The part of these days that matters, which bounds the work of going through them."""
    return range(max(days.start, _DAYS.start), min(days.stop, _DAYS.stop))


def excluded_times(cron: Cron) -> int:
    """The seconds of a day that an exclusion takes out: five fields name whole minutes."""
    if cron.has_seconds:
        return cron.times
    return times_of_day(cron.hours, cron.minutes, range(60))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ExclusionError(f"{text!r} is not a date of the calendar.") from None
