"""Compiles a recurring trigger to a Temporal schedule without false or missing instants.

Temporal's calendars go wrong near clock changes (docs/reference/cron.md has the table), but not in
UTC, which has none. So:
1. The instants of the coming years are listed by UTC day, and equal days become calendars in UTC.
   An interval is the same in every zone, and is passed on unchanged.
2. Excluded instants become exclusion calendars. If there are too many in a row for Temporal, the
   first calendars omit them instead.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays
from onthedot.scheduling.compiling.calendars import Calendar, CompiledSpec, Interval
from onthedot.scheduling.compiling.utc_calendars import utc_calendars, utc_days
from onthedot.scheduling.excluding.excluded_runs import LONG_RUN, longest_excluded_run
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, epoch_day, instant
from onthedot.scheduling.firing.recurrence import Recurrence, recurrence
from onthedot.scheduling.firing.times import LAST_INSTANT, LAST_YEAR, IntervalTimes
from onthedot.scheduling.trigger import CronTrigger, Recurring

#: The longest comment of a calendar in Temporal, in bytes.
_LONGEST_COMMENT = 200
#: Names every instant, so its excluded instants are all that exclusions name.
_EVERY_SECOND = IntervalTimes(step=1, offset=0)


def compile_trigger(
    trigger: Recurring,
    *,
    key: str,
    at: datetime,
    calendars: CalendarDays = NO_CALENDARS,
) -> CompiledSpec:
    """The schedule of a checked trigger for the task with this id, exact for six years after `at`.

    It is also exact for a year before `at`, so that missed occurrences can be caught up.
    """
    plan = recurrence(trigger, key, calendars)
    this_year = at.astimezone(UTC).year
    days = range(
        epoch_day(date(this_year - 1, 1, 1)),
        epoch_day(date(min(this_year + 7, LAST_YEAR + 1), 1, 1)),
    )
    left_to_temporal = longest_excluded_run(plan, days) <= LONG_RUN
    times = plan.times
    if isinstance(times, IntervalTimes) and (left_to_temporal or not times.daily):
        compiled = _as_interval(plan, times, days)
    else:
        compiled = _as_calendars(plan, days, excluded_apart=left_to_temporal)
    return replace(
        compiled,
        calendars=_labelled(compiled.calendars, trigger),
        jitter=trigger.jitter,
        start_at=trigger.start_at and instant(math.ceil(trigger.start_at.timestamp())),
        end_at=trigger.end_at and instant(math.floor(trigger.end_at.timestamp())),
    )


def _labelled(calendars: tuple[Calendar, ...], trigger: Recurring) -> tuple[Calendar, ...]:
    """The calendars, the first with the written expression as comment, for Temporal's Web UI."""
    written = trigger.expression if isinstance(trigger, CronTrigger) else f"every {trigger.every}"
    text = f"{written} ({trigger.timezone})".encode()[:_LONGEST_COMMENT].decode(errors="ignore")
    return tuple(replace(c, comment="" if n else text) for n, c in enumerate(calendars))


def _as_interval(plan: Recurrence, times: IntervalTimes, days: range) -> CompiledSpec:
    every = replace(plan, times=_EVERY_SECOND)
    named = utc_days(every, days, excluded_too=True) if plan.exclusions else {}
    excluded = _excluded(every, days, named) if plan.exclusions else ()
    return CompiledSpec(
        exact_until=_end(days) if plan.exclusions else instant(LAST_INSTANT),
        intervals=(Interval(times.step, times.offset),),
        excluded=excluded,
    )


def _as_calendars(plan: Recurrence, days: range, *, excluded_apart: bool) -> CompiledSpec:
    named = utc_days(plan, days, excluded_too=excluded_apart)
    return CompiledSpec(
        exact_until=_end(days),
        calendars=utc_calendars(named, days),
        excluded=_excluded(plan, days, named) if plan.exclusions and excluded_apart else (),
    )


def _excluded(plan: Recurrence, days: range, named: dict[int, int]) -> tuple[Calendar, ...]:
    """The calendars of the instants that a plan names but excludes."""
    kept = utc_days(plan, days, excluded_too=False)
    # Equal days share one integer, so each difference is computed once.
    differences: dict[tuple[int, int], int] = {}
    taken: dict[int, int] = {}
    for day, mask in named.items():
        left = kept.get(day, 0)
        both = id(mask), id(left)
        if both not in differences:
            differences[both] = mask & ~left
        if differences[both]:
            taken[day] = differences[both]
    return utc_calendars(taken, days)


def _end(days: range) -> datetime:
    return instant((days.stop - 1) * SECONDS_OF_DAY)
