"""Counts how many consecutive occurrences are excluded, because Temporal tries each of them.

Its scheduler gives up a schedule after 1,209,600 excluded instants in a row
(`scheduler.specMaxIterations`), which is two weeks of every second.

A row is counted by whole days, and may be overestimated, but never underestimated:
1. Ranges of dates are counted in one step, however long.
2. Other days are examined one by one, to see whether expressions exclude all of them.
3. After the given days, expressions are examined only in short gaps between ranges. Their pattern
   was seen before, so a longer gap counts as the longest row so far.
"""

from __future__ import annotations

from itertools import pairwise

from onthedot.scheduling.cron.time_masks import WHOLE_DAY, seconds_in
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, date_of
from onthedot.scheduling.firing.recurrence import Recurrence
from onthedot.scheduling.firing.times import CronTimes

#: Up to this many are left to Temporal, which takes about a tenth of a second for them.
LONG_RUN = 400_000
#: More than this are never left to it.
LONGEST_RUN = 1_000_000

#: Gaps between ranges, in days, that are examined day by day.
_SHORT = 31
#: With this many seconds listed in a day, the shortest distances occur early.
_DENSE = 1000


def longest_excluded_run(plan: Recurrence, days: range) -> int:
    """An upper bound of consecutive excluded occurrences in these local days, and in later ones
    that exclusions name by date. 0 if there cannot be many.
    """
    if not plan.exclusions or _in_a_day(plan) * 366 * 100 <= LONG_RUN:
        return 0
    runs = _Runs(plan)
    day = days.start
    for named in (*plan.exclusions.days, None):
        until = days.stop if named is None else named.start
        if until > day:
            close = min(until, max(days.stop, day + _SHORT))
            runs.one_by_one(range(day, close))
            if until > close:
                runs.jump(range(close, until))
        if named is not None and named.stop > day:
            runs.take_out(range(max(day, named.start), named.stop))
            day = named.stop
    return runs.longest


class _Runs:
    """Counts excluded occurrences, day after day."""

    def __init__(self, plan: Recurrence) -> None:
        self._plan = plan
        self._by_expressions = 0
        self._run = 0
        self.longest = 0

    def take_out(self, days: range) -> None:
        """All of these days are excluded."""
        self._add(_listed_days(self._plan, days) * _in_a_day(self._plan))

    def one_by_one(self, days: range) -> None:
        """Expressions may exclude some of these days."""
        if not self._plan.exclusions.crons:
            self.jump(days)
            return
        run = 0
        for day in days:
            taken = self._taken(day)
            if taken is None:
                continue
            whole, count = taken
            run = run + count if whole else 0
            self._by_expressions = max(self._by_expressions, run)
            self._add(count)
            if not whole:
                # The remaining occurrences of the day separate two rows.
                self._run = count

    def _taken(self, day: int) -> tuple[bool, int] | None:
        """Whether a whole day is excluded, and how many at most; None if nothing is listed."""
        if self._plan.times.next_day(self._plan.zone, day) != day:
            return None
        excluded, in_a_day = self._plan.exclusions.on(day), _in_a_day(self._plan)
        count = excluded.bit_count()
        # An interval lists one occurrence less on some days.
        if count < in_a_day - 1 or self._plan.listed_on(day) & ~excluded:
            return False, min(count, in_a_day)
        return True, in_a_day

    def jump(self, days: range) -> None:
        """Expressions have the same pattern in these days as in those examined before."""
        if _listed_days(self._plan, days):
            self._add(self._by_expressions)
            self._run = self._by_expressions

    def _add(self, count: int) -> None:
        self._run += count
        self.longest = max(self.longest, self._run)


def shortest_distance(plan: Recurrence) -> int:
    """The shortest distance between occurrences on an ordinary day, in seconds."""
    if not isinstance(plan.times, CronTimes):
        return plan.times.step
    times = plan.times.cron.times
    if times.bit_count() > _DENSE:
        twice = times | times << SECONDS_OF_DAY
        return next(n for n in range(1, SECONDS_OF_DAY) if times & twice >> n)
    seconds = list(seconds_in(times))
    return min(b - a for a, b in pairwise([*seconds, seconds[0] + SECONDS_OF_DAY]))


def _listed_days(plan: Recurrence, days: range) -> int:
    """On how many of these days something is listed."""
    if not isinstance(plan.times, CronTimes):
        return len(days)
    times, found, day = plan.times, 0, days.start
    while day < days.stop:
        on = date_of(day)
        bits = times.days(on.year, on.month) >> on.day
        left = days.stop - day
        found += (bits & ((1 << left) - 1)).bit_count() if left < 32 else bits.bit_count()
        day += 32 - on.day
        day -= date_of(day).day - 1
    return found


def _in_a_day(plan: Recurrence) -> int:
    if isinstance(plan.times, CronTimes):
        return (plan.times.cron.times & WHOLE_DAY).bit_count()
    return -(-SECONDS_OF_DAY // plan.times.step)
