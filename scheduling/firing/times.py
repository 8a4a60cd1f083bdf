"""The local times that a trigger lists, before exclusions and moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from onthedot.scheduling.cron.days import month_shape
from onthedot.scheduling.cron.expression import Cron
from onthedot.scheduling.cron.time_masks import WHOLE_DAY, every
from onthedot.scheduling.excluding.exclusions import Exclusions
from onthedot.scheduling.firing.clock_changes import (
    SECONDS_OF_DAY,
    Stretch,
    date_of,
    epoch_day,
    local_day,
)

#: Nothing fires after this year: Temporal's calendars end with it.
LAST_YEAR = 2100
#: The last second of that year, in UTC, as a Unix time.
LAST_INSTANT = 4_133_980_799


@dataclass(frozen=True)
class CronTimes:
    """The local times that an expression lists."""

    cron: Cron
    calendars: Exclusions | None = None
    """Defines working days; None for Monday to Friday."""
    _known: dict[tuple[int, int], int] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def of_day(self) -> int:
        """The seconds of a day at which it may fire, as bits."""
        return self.cron.times

    @property
    def once_a_day(self) -> bool:
        """Whether each listed time fires once per local day, whatever clocks do."""
        return not self.cron.wild

    def next_day(self, zone: ZoneInfo, day: int) -> int | None:
        """The first local day from this one on with anything listed."""
        on = date_of(day)
        year, month, skip = on.year, on.month, on.day
        while year <= LAST_YEAR:
            bits = self.days(year, month) >> skip << skip
            if bits:
                found = (bits & -bits).bit_length() - 1
                return (
                    day + found - on.day
                    if (year, month) == (on.year, on.month)
                    else (epoch_day(on.replace(year=year, month=month, day=found)))
                )
            year, month, skip = year + month // 12, month % 12 + 1, 0
        return None

    def listed(self, stretch: Stretch) -> int:
        """The listed seconds of the stretch's whole local day, as bits."""
        return self.on(stretch.day)

    def on(self, day: int) -> int:
        """The listed seconds of a local day, as bits."""
        on = date_of(day)
        return self.cron.times if self.days(on.year, on.month) >> on.day & 1 else 0

    def days(self, year: int, month: int) -> int:
        """The days of a month that the expression names, as bits: bit 1 is the first day."""
        found = self._known.get((year, month))
        if found is None:
            found = self._known[year, month] = self.cron.days.days(
                year, month, self._working_days(year, month)
            )
        return found

    def _working_days(self, year: int, month: int) -> int | None:
        """The working days of a month as bits; None if irrelevant, or if Monday to Friday."""
        if self.calendars is None or not self.cron.days.day_of_month.counts_working_days:
            return None
        length, _ = month_shape(year, month)
        before = epoch_day(date(year, month, 1)) - 1
        days = range(1, length + 1)
        return sum(1 << day for day in days if self.calendars.works_on(before + day))


@dataclass(frozen=True)
class IntervalTimes:
    """The instants whose Unix time is `offset` modulo `step`, in seconds."""

    step: int
    offset: int
    once_a_day = False
    of_day = WHOLE_DAY

    @property
    def daily(self) -> bool:
        """Whether it falls on the same seconds of every day in UTC."""
        return SECONDS_OF_DAY % self.step == 0

    def next_day(self, zone: ZoneInfo, day: int) -> int | None:
        """The first local day from `day` on that may have an instant."""
        if self.step > SECONDS_OF_DAY:
            day = max(day, local_day(zone, self.following((day - 1) * SECONDS_OF_DAY)))
        return day if date_of(day).year <= LAST_YEAR else None

    def listed(self, stretch: Stretch) -> int:
        """The local seconds of the stretch at which an instant falls, as bits."""
        return every(self.step, (self.offset - stretch.start + stretch.first) % self.step)

    def following(self, after: int) -> int:
        """The first instant after `after`."""
        return after + 1 + (self.offset - after - 1) % self.step
