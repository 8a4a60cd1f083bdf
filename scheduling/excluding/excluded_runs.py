"""How many occurrences in a row exclusions take out: Temporal tries each, and at some point stops.

Its scheduler gives a schedule up after 1,209,600 excluded instants in a row
(`scheduler.specMaxIterations`), which is two weeks of every second.

A run is counted by whole days, and rather too long than too short:
1. Ranges of dates are counted at once, however long.
2. Days outside them are examined one by one, to see whether expressions take out all of them.
3. After the given days expressions are examined only in short gaps between ranges: their pattern
   was seen before, so a longer gap counts as the longest run so far.
"""

from __future__ import annotations

from itertools import pairwise

from onthedot.scheduling.cron.time_masks import WHOLE_DAY, seconds_in
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, date_of
from onthedot.scheduling.firing.recurrence import Recurrence
from onthedot.scheduling.firing.times import CronTimes

#: Up to so many, exclusions are left to Temporal: about a tenth of a second of its time.
LONG_RUN = 400_000
#: More than so many are never left to it.
LONGEST_RUN = 1_000_000

#: Gaps between ranges, in days, that are examined day by day.
_SHORT = 31
#: With so many seconds listed in a day, each of the shortest distances comes up soon.
_DENSE = 1000


def longest_excluded_run(plan: Recurrence, days: range) -> int:
    """At most so many occurrences in a row are excluded in these local days, or in later ones that
    exclusions name by date. 0 if there cannot be many.
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
    """Counts occurrences that are taken out, day after day."""

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
                # What is left of the day stands between two runs.
                self._run = count

    def _taken(self, day: int) -> tuple[bool, int] | None:
        """Whether all of a day is excluded, and how much at most; None if nothing is listed."""
        if self._plan.times.next_day(self._plan.zone, day) != day:
            return None
        excluded, in_a_day = self._plan.exclusions.on(day), _in_a_day(self._plan)
        count = excluded.bit_count()
        # An interval lists one less on some days.
        if count < in_a_day - 1 or self._plan.listed_on(day) & ~excluded:
            return False, min(count, in_a_day)
        return True, in_a_day

    def jump(self, days: range) -> None:
        """These days are like those that were examined before, where expressions matter."""
        if _listed_days(self._plan, days):
            self._add(self._by_expressions)
            self._run = self._by_expressions

    def _add(self, count: int) -> None:
        self._run += count
        self.longest = max(self.longest, self._run)


def shortest_distance(plan: Recurrence) -> int:
    """The least number of seconds from one occurrence to the next, on an ordinary day."""
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
