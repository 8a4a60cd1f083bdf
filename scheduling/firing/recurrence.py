"""The instants of a cron or interval trigger, by Debian cron's rule for clock changes.

1. Walk over the local days on which something may be due.
2. On a day of 24 plain hours, the instants are midnight plus each listed second.
3. Divide days with a clock change into stretches of real time with continuous clocks. A wild
   expression fires whenever clocks show a listed time. Any other fires once for each listed time:
   when it is first shown or, if it is skipped, at the change.
4. Remove excluded local times, by the listed time and by the time that clocks show.
5. If occurrences move from excluded days, a day also lists those that move to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays
from onthedot.scheduling.cron.days import DayRule, month_shape
from onthedot.scheduling.cron.expression import parse_cron
from onthedot.scheduling.cron.time_masks import seconds_in, span
from onthedot.scheduling.excluding.exclusions import Exclusions, parse_exclusions
from onthedot.scheduling.excluding.moves import Moves
from onthedot.scheduling.firing.clock_changes import (
    SECONDS_OF_DAY,
    Change,
    ChangedDays,
    Stretch,
    changed_days,
    date_of,
    days_of_year,
    local_day,
    plain_midnight,
)
from onthedot.scheduling.firing.times import LAST_INSTANT, LAST_YEAR, CronTimes, IntervalTimes
from onthedot.scheduling.trigger import CronTrigger, OnExcluded, Recurring

_MONTHS = range(1, 13)


@dataclass(frozen=True)
class Recurrence:
    """The listed times of a recurring trigger, its zone, and its exclusions."""

    times: CronTimes | IntervalTimes
    zone: ZoneInfo
    exclusions: Exclusions
    on_excluded: OnExcluded = OnExcluded.SKIP

    @cached_property
    def moves(self) -> Moves | None:
        """How occurrences move from excluded days; None if they do not."""
        if self.on_excluded is OnExcluded.SKIP or not self.exclusions:
            return None
        if not isinstance(self.times, CronTimes):
            return None
        times = self.times
        return Moves(
            self.exclusions,
            forward=self.on_excluded is OnExcluded.NEXT_DAY,
            listed=times.on,
            next_listed=lambda day: times.next_day(self.zone, day),
        )

    def instants(self, after: int, *, excluded_too: bool = False) -> Iterator[int]:
        """The Unix times after `after` at which it fires, in order, each once.

        With `excluded_too`, also those that exclusions remove, whether they move or not.
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
        """The same as (base, seconds after it as bits), in order; some may be before `after`.

        One instant may be in two consecutive chunks.
        """
        if isinstance(self.times, CronTimes) and self._whole_days(excluded_too):
            yield from self._by_month(self.times, after, excluded_too)
            return
        covering = () if excluded_too else self.exclusions.covering(self.times.of_day)
        day = self._next_day(local_day(self.zone, after) - 1, covering, excluded_too)
        while day is not None:
            midnight = plain_midnight(self.zone, day)
            if midnight is None:
                changed = changed_days(self.zone, day)
                yield from self._on_changed_days(changed, excluded_too)
                day = changed.last
            elif midnight + SECONDS_OF_DAY > after:
                stretch = Stretch(midnight, day, 0, SECONDS_OF_DAY)
                yield midnight, self._due(stretch, excluded_too)
            day = self._next_day(day + 1, covering, excluded_too)

    def _whole_days(self, excluded_too: bool) -> bool:
        """Whether only whole days are excluded, and nothing moves: then a whole month can be
        computed at once."""
        return self.moves is None and (excluded_too or not self.exclusions.crons)

    def _by_month(
        self, times: CronTimes, after: int, excluded_too: bool
    ) -> Iterator[tuple[int, int]]:
        """What `chunks` yields if only whole days are excluded."""
        day = local_day(self.zone, after) - 1
        of_day, kept_out = times.of_day, not excluded_too and bool(self.exclusions)
        for year in range(date_of(day).year, LAST_YEAR + 1):
            if not any(times.days(year, month) for month in _MONTHS):
                continue
            for part in days_of_year(self.zone, year):
                if part.days.stop <= day:
                    continue
                if part.offset is None:
                    changed = changed_days(self.zone, max(day, part.days.start))
                    yield from self._on_changed_days(changed, excluded_too)
                    day = changed.last + 1
                    continue
                until = part.days.stop
                while (day := max(day, part.days.start)) < until:
                    on = date_of(day)
                    bits = times.days(year, on.month)
                    if kept_out:
                        bits &= ~self.exclusions.days_of(year, on.month)
                    bits >>= on.day
                    length = min(until - day, month_shape(year, on.month)[0] + 1 - on.day)
                    bits &= (1 << length) - 1
                    while bits:
                        lowest = bits & -bits
                        midnight = (day + lowest.bit_length() - 1) * SECONDS_OF_DAY - part.offset
                        if midnight + SECONDS_OF_DAY > after:
                            yield midnight, of_day
                        bits ^= lowest
                    day += length

    def _next_day(self, day: int, covering: tuple[DayRule, ...], excluded_too: bool) -> int | None:
        """The first local day from `day` on that lists anything and is not wholly excluded.

        Nothing listed on a wholly excluded day fires, whatever clocks do.
        """
        if self.moves is not None:
            due = self.moves.next_day(day)
            listed = self.times.next_day(self.zone, day) if excluded_too else None
            return min((d for d in (due, listed) if d is not None), default=None)
        found = self.times.next_day(self.zone, day)
        while found is not None and not excluded_too:
            free = self.exclusions.next_free(found, covering)
            if free == found:
                break
            found = self.times.next_day(self.zone, free)
        return found

    def listed_on(self, day: int) -> int:
        """The listed seconds of a local day as bits, as if it had no clock change."""
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
            mask = self._due(stretch, excluded_too) & shown
            if self.times.once_a_day:
                mask &= ~seen.get(stretch.day, 0)
                seen[stretch.day] = seen.get(stretch.day, 0) | shown
            yield stretch.start, mask >> stretch.first
        for change in skipping:
            yield from self._skipped(change, excluded_too)

    def _skipped(self, change: Change, excluded_too: bool) -> Iterator[tuple[int, int]]:
        """The instant of a change, if it skips a listed time that is not excluded."""
        due = any(
            self._due(Stretch(0, day, first, end), False) & span(first, end)
            for day, first, end in change.skipped
        )
        day, second = divmod(change.at + change.after, SECONDS_OF_DAY)
        if due and not self._excluded(day, excluded_too) >> second & 1:
            yield change.at, 1

    def _due(self, stretch: Stretch, excluded_too: bool) -> int:
        """The seconds of the stretch's whole local day at which something is due, as bits."""
        mask, excluded = self.times.listed(stretch), self._excluded(stretch.day, excluded_too)
        # Keep the same object for equal days, so that they compare fast.
        mask = mask & ~excluded if excluded else mask
        moved = 0 if self.moves is None else self.moves.into(stretch.day)
        return mask | moved if moved & ~mask else mask

    def _excluded(self, day: int, excluded_too: bool) -> int:
        return 0 if excluded_too or not self.exclusions else self.exclusions.on(day)


def recurrence(trigger: Recurring, key: str, calendars: CalendarDays = NO_CALENDARS) -> Recurrence:
    """The recurrence of a checked trigger for the task with this id.

    Raises LookupError if the trigger names a calendar that is not among `calendars`.
    """
    # Exclusions without `H` are the same for all tasks, and are computed once.
    drawn = any("h" in one.lower() for one in trigger.exclude if isinstance(one, str))
    exclusions = parse_exclusions(trigger.exclude, key if drawn else "", calendars, trigger.only)
    times: CronTimes | IntervalTimes
    if isinstance(trigger, CronTrigger):
        named = exclusions.calendars or exclusions.only is not None
        times = CronTimes(parse_cron(trigger.expression, key), exclusions if named else None)
    else:
        times = IntervalTimes(
            step=int(trigger.every.total_seconds()), offset=int(trigger.offset.total_seconds())
        )
    return Recurrence(times, ZoneInfo(trigger.timezone), exclusions, trigger.on_excluded)
