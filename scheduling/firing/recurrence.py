"""The instants of a cron or interval trigger, by Debian cron's rule for clock changes.

1. Walk over the local days on which something may be due.
2. A day of 24 plain hours: its instants are midnight plus each listed second.
3. Days with a clock change are cut into stretches of real time during which clocks run on.
   A wild expression fires wherever a listed local time is shown. Any other fires once for each
   listed time: the first time it is shown, or, where it is skipped, at the change.
4. Excluded local times are taken out: by the time that is listed, and by the time that is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from onthedot.scheduling.cron.days import DayRule
from onthedot.scheduling.cron.expression import Cron, parse_cron
from onthedot.scheduling.cron.time_masks import WHOLE_DAY, every, seconds_in, span
from onthedot.scheduling.firing.clock_changes import (
    SECONDS_OF_DAY,
    Change,
    ChangedDays,
    Stretch,
    changed_days,
    date_of,
    epoch_day,
    local_day,
    plain_midnight,
)
from onthedot.scheduling.firing.exclusions import Exclusions, parse_exclusions
from onthedot.scheduling.trigger import CronTrigger, Recurring

#: Nothing fires after this year: Temporal's calendars end with it.
LAST_YEAR = 2100
#: The last second of that year, in UTC, as a Unix time.
LAST_INSTANT = 4_133_980_799


@dataclass(frozen=True)
class CronTimes:
    """The local times that an expression lists."""

    cron: Cron

    @property
    def of_day(self) -> int:
        """The seconds of a day at which it may fire, as bits."""
        return self.cron.times

    @property
    def once_a_day(self) -> bool:
        """Whether each listed time counts once a local day, whatever clocks do."""
        return not self.cron.wild

    def next_day(self, zone: ZoneInfo, day: int) -> int | None:
        """The first local day from this one on with anything listed."""
        on = date_of(day)
        year, month, skip = on.year, on.month, on.day
        while year <= LAST_YEAR:
            bits = self.cron.days.days(year, month) >> skip << skip
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
        on = date_of(stretch.day)
        return self.cron.times if self.cron.days.days(on.year, on.month) >> on.day & 1 else 0


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
        """The first local day from this one on that may hold an instant."""
        if self.step > SECONDS_OF_DAY:
            day = max(day, local_day(zone, self.following((day - 1) * SECONDS_OF_DAY)))
        return day if date_of(day).year <= LAST_YEAR else None

    def listed(self, stretch: Stretch) -> int:
        """The local seconds of the stretch at which an instant falls, as bits."""
        return every(self.step, (self.offset - stretch.start + stretch.first) % self.step)

    def following(self, after: int) -> int:
        """The first instant after another."""
        return after + 1 + (self.offset - after - 1) % self.step


@dataclass(frozen=True)
class Recurrence:
    """What a recurring trigger lists, where, and what is taken out."""

    times: CronTimes | IntervalTimes
    zone: ZoneInfo
    exclusions: Exclusions

    def instants(self, after: int, *, excluded_too: bool = False) -> Iterator[int]:
        """The Unix times after another at which it fires, in order, each once.

        With `excluded_too`, those that its exclusions take out by the time clocks show as well.
        """
        if isinstance(self.times, IntervalTimes) and (excluded_too or not self.exclusions):
            yield from range(self.times.following(after), LAST_INSTANT + 1, self.times.step)
            return
        last = after
        for base, mask in self.chunks(after, excluded_too=excluded_too):
            for second in seconds_in(mask, max(0, last + 1 - base)):
                if base + second > LAST_INSTANT:
                    return
                last = base + second
                yield last

    def chunks(self, after: int, *, excluded_too: bool = False) -> Iterator[tuple[int, int]]:
        """The same as (base, seconds after it as bits), in order, some from before `after`.

        One instant may come in two chunks that follow each other.
        """
        covering = () if excluded_too else self.exclusions.covering(self.times.of_day)
        day = self._next_day(local_day(self.zone, after) - 1, covering, excluded_too)
        while day is not None:
            midnight = plain_midnight(self.zone, day)
            if midnight is None:
                changed = changed_days(self.zone, day)
                yield from self._on_changed_days(changed, excluded_too)
                day = changed.last
            elif midnight + SECONDS_OF_DAY > after:
                mask = self.times.listed(Stretch(midnight, day, 0, SECONDS_OF_DAY))
                excluded = self._excluded(day, excluded_too)
                # The same object for days that are alike: whoever compares them need not look.
                yield midnight, mask & ~excluded if excluded else mask
            day = self._next_day(day + 1, covering, excluded_too)

    def _next_day(self, day: int, covering: tuple[DayRule, ...], excluded_too: bool) -> int | None:
        """The first local day from this one on with anything listed that is not wholly excluded.

        What is listed on a wholly excluded day fires nowhere, whatever clocks do.
        """
        found = self.times.next_day(self.zone, day)
        while found is not None and not excluded_too:
            free = self.exclusions.next_free(found, covering)
            if free == found:
                break
            found = self.times.next_day(self.zone, free)
        return found

    def listed_on(self, day: int) -> int:
        """What is listed on a local day, as if it were an ordinary one: seconds, as bits."""
        midnight = plain_midnight(self.zone, day)
        start = day * SECONDS_OF_DAY if midnight is None else midnight
        return self.times.listed(Stretch(start, day, 0, SECONDS_OF_DAY))

    def _on_changed_days(
        self, changed: ChangedDays, excluded_too: bool
    ) -> Iterator[tuple[int, int]]:
        seen: dict[int, int] = {}
        skipping = [c for c in changed.changes if c.after > c.before and self.times.once_a_day]
        for stretch in changed.stretches:
            while skipping and skipping[0].at <= stretch.start:
                yield from self._skipped(skipping.pop(0), excluded_too)
            shown = span(stretch.first, stretch.end)
            mask = self.times.listed(stretch) & shown & ~self._excluded(stretch.day, excluded_too)
            if self.times.once_a_day:
                mask &= ~seen.get(stretch.day, 0)
                seen[stretch.day] = seen.get(stretch.day, 0) | shown
            yield stretch.start, mask >> stretch.first
        for change in skipping:
            yield from self._skipped(change, excluded_too)

    def _skipped(self, change: Change, excluded_too: bool) -> Iterator[tuple[int, int]]:
        """The instant of a change, if a listed time that is not excluded is skipped by it."""
        due = any(
            self.times.listed(Stretch(0, day, first, end))
            & span(first, end)
            & ~self.exclusions.on(day)
            for day, first, end in change.skipped
        )
        day, second = divmod(change.at + change.after, SECONDS_OF_DAY)
        if due and not self._excluded(day, excluded_too) >> second & 1:
            yield change.at, 1

    def _excluded(self, day: int, excluded_too: bool) -> int:
        return 0 if excluded_too or not self.exclusions else self.exclusions.on(day)


def recurrence(trigger: Recurring, key: str) -> Recurrence:
    """What a checked trigger means for the task with this id."""
    times: CronTimes | IntervalTimes
    if isinstance(trigger, CronTrigger):
        times = CronTimes(parse_cron(trigger.expression, key))
    else:
        times = IntervalTimes(
            step=int(trigger.every.total_seconds()), offset=int(trigger.offset.total_seconds())
        )
    exclusions = parse_exclusions(trigger.exclude, key)
    return Recurrence(times, ZoneInfo(trigger.timezone), exclusions)
