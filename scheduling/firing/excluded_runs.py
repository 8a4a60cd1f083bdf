"""How many occurrences in a row exclusions take out: Temporal tries each, and at some point stops.

Its scheduler gives a schedule up after 1,209,600 excluded instants in a row
(`scheduler.specMaxIterations`), which is two weeks of every second.
"""

from __future__ import annotations

from itertools import pairwise

from onthedot.scheduling.cron.time_masks import seconds_in
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY
from onthedot.scheduling.firing.recurrence import CronTimes, Recurrence

#: Up to so many, exclusions are left to Temporal: about a tenth of a second of its time.
LONG_RUN = 400_000
#: More than so many are never left to it.
LONGEST_RUN = 1_000_000


def longest_excluded_run(plan: Recurrence, days: range) -> int:
    """At most so many occurrences in a row are excluded in these local days, or in later ones that
    exclusions name by date. 0 if there cannot be many.
    """
    if not plan.exclusions or _in_a_day(plan) * 366 * 100 <= LONG_RUN:
        return 0
    last = max((named.stop for named in plan.exclusions.days), default=days.stop)
    longest = run = 0
    for day in range(days.start, max(last, days.stop)):
        listed = plan.listed_on(day)
        taken = listed & plan.exclusions.on(day)
        count = taken.bit_count()
        longest = max(longest, run + count)
        run = run + count if taken == listed else count
    return longest


def shortest_distance(plan: Recurrence) -> int:
    """The least number of seconds from one occurrence to the next, on an ordinary day."""
    if not isinstance(plan.times, CronTimes):
        return plan.times.step
    seconds = list(seconds_in(plan.times.cron.times))
    return min(b - a for a, b in pairwise([*seconds, seconds[0] + SECONDS_OF_DAY]))


def _in_a_day(plan: Recurrence) -> int:
    if isinstance(plan.times, CronTimes):
        return plan.times.cron.times.bit_count()
    return -(-SECONDS_OF_DAY // plan.times.step)
