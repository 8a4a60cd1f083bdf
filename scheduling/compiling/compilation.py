"""A recurring trigger as a schedule that Temporal fires without a false or missing instant.

Temporal's calendars go wrong near clock changes (docs/reference/cron.md has the table). So:
1. Away from clock changes the expression's own dates and times are given to Temporal as they are.
2. Days on which a change comes near a listed time are left out, for the coming years; the true
   instants near the change are added one by one, the hours far from it as a calendar of that day.
3. Where that would be too many instants, as for an expression that fires every second, or too
   many excluded ones in a row, the whole window of years is compiled to calendars in UTC instead.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime

from onthedot.scheduling.compiling.calendars import Calendar, CompiledSpec, Dates, Interval, Times
from onthedot.scheduling.compiling.date_patterns import date_patterns, without
from onthedot.scheduling.compiling.dated import dated
from onthedot.scheduling.compiling.near_changes import near_changes
from onthedot.scheduling.compiling.utc_calendars import utc_calendars, utc_days
from onthedot.scheduling.cron.days import month_shape
from onthedot.scheduling.cron.expression import Cron
from onthedot.scheduling.cron.time_masks import WHOLE_DAY, boxes, seconds_in
from onthedot.scheduling.firing.clock_changes import (
    SECONDS_OF_DAY,
    date_of,
    epoch_day,
    instant,
    offset_at,
)
from onthedot.scheduling.firing.excluded_runs import LONG_RUN, longest_excluded_run
from onthedot.scheduling.firing.exclusions import Exclusions, excluded_times
from onthedot.scheduling.firing.recurrence import (
    LAST_INSTANT,
    LAST_YEAR,
    CronTimes,
    IntervalTimes,
    Recurrence,
    recurrence,
)
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger

#: More single instants than this in one schedule would weigh on Temporal.
MOST_INSTANTS = 400
#: On a day with a change, up to so many instants are added one by one rather than as a calendar.
_FEW = 4
#: What Temporal takes as a calendar's comment, in bytes.
_LONGEST_COMMENT = 200


def compile_trigger(
    trigger: CronTrigger | IntervalTrigger, *, key: str, at: datetime
) -> CompiledSpec:
    """The schedule of a checked trigger for the task with this id, exact for five years after `at`.

    From a year before `at` it is exact as well, so that what was missed can be caught up.
    """
    plan = recurrence(trigger, key)
    this_year = at.astimezone(UTC).year
    days = range(
        epoch_day(date(this_year - 1, 1, 1)),
        epoch_day(date(min(this_year + 7, LAST_YEAR + 1), 1, 1)),
    )
    many_excluded = longest_excluded_run(plan, days) > LONG_RUN
    if isinstance(plan.times, CronTimes):
        compiled = None if many_excluded else _in_local_time(plan, plan.times.cron, days)
    else:
        compiled = None if many_excluded and plan.times.daily else _as_interval(plan, plan.times)
    if compiled is None:
        compiled = _in_utc(plan, days, keep_excluded=bool(trigger.jitter) and not many_excluded)
    return replace(
        compiled,
        calendars=_labelled(compiled.calendars, trigger),
        jitter=trigger.jitter,
        start_at=trigger.start_at and instant(math.ceil(trigger.start_at.timestamp())),
        end_at=trigger.end_at and instant(math.floor(trigger.end_at.timestamp())),
    )


def _labelled(
    calendars: tuple[Calendar, ...], trigger: CronTrigger | IntervalTrigger
) -> tuple[Calendar, ...]:
    """The first calendar says what was written, for those who look at Temporal's own page."""
    written = trigger.expression if isinstance(trigger, CronTrigger) else f"every {trigger.every}"
    text = f"{written} ({trigger.timezone})".encode()[:_LONGEST_COMMENT].decode(errors="ignore")
    return tuple(replace(c, comment="" if n else text) for n, c in enumerate(calendars))


def _as_interval(plan: Recurrence, times: IntervalTimes) -> CompiledSpec:
    return CompiledSpec(
        timezone=plan.zone.key,
        exact_until=instant(LAST_INSTANT),
        intervals=(Interval(times.step, times.offset),),
        excluded=_excluded(plan.exclusions),
    )


def _in_local_time(plan: Recurrence, cron: Cron, days: range) -> CompiledSpec | None:
    """Calendars in the trigger's zone and single instants; None if these would be too many."""
    near = near_changes(plan.zone, days)
    instants: set[int] = set()
    calendars: list[Calendar] = []
    left_out: dict[tuple[int, int], frozenset[int]] = {}
    for day, part in near.items():
        listed = plan.listed_on(day)
        instants |= set(_shown_on(plan, day, part.seconds))
        if len(instants) > MOST_INSTANTS:
            return None
        on = date_of(day)
        if listed & part.seconds or (part.without_midnight and _seems_listed(cron, on)):
            left_out[on.year, on.month] = left_out.get((on.year, on.month), frozenset()) | {on.day}
            far = listed & ~part.seconds
            if far.bit_count() <= _FEW:
                instants |= set(_shown_on(plan, day, far))
            else:
                calendars += _calendars([_single(day)], far)
    patterns = without(date_patterns(cron.days), left_out)
    times = Times(cron.hours, cron.minutes, cron.seconds)
    calendars += [Calendar(dates, times) for dates in patterns]
    return CompiledSpec(
        timezone=plan.zone.key,
        exact_until=_until(days) if near else instant(LAST_INSTANT),
        calendars=tuple(calendars),
        instants=tuple(sorted(instants)),
        excluded=_excluded(plan.exclusions),
    )


def _in_utc(plan: Recurrence, days: range, *, keep_excluded: bool) -> CompiledSpec:
    """Calendars in UTC. With jitter, which looks at excluded instants too, these stay apart."""
    kept = utc_days(plan, days, excluded_too=False)
    listed = utc_days(plan, days, excluded_too=True) if keep_excluded else kept
    excluded = {day: mask & ~kept.get(day, 0) for day, mask in listed.items()}
    return CompiledSpec(
        timezone="UTC",
        exact_until=_until(days),
        calendars=utc_calendars(listed, days),
        excluded=utc_calendars(excluded, days),
    )


def _excluded(exclusions: Exclusions) -> tuple[Calendar, ...]:
    """Exclusions as calendars in the trigger's zone: Temporal matches what clocks show."""
    days = {day for days in exclusions.days for day in days}
    found = _calendars(dated(days), WHOLE_DAY)
    for cron in exclusions.crons:
        found += _calendars(date_patterns(cron.days), excluded_times(cron))
    return tuple(found)


def _calendars(dates: list[Dates], mask: int) -> list[Calendar]:
    return [
        Calendar(named, Times(frozenset(hours), frozenset(minutes), frozenset(seconds)))
        for hours, minutes, seconds in boxes(mask)
        for named in dates
    ]


def _seems_listed(cron: Cron, on: date) -> bool:
    """Whether a day is listed if its weekday is taken for the one before.

    That is what Temporal does with a day whose midnight does not exist.
    """
    length, _ = month_shape(on.year, on.month)
    weekday = on.isoweekday() % 7
    return any(
        cron.days.matches(on.month, length, on.day, taken_for)
        for taken_for in (weekday, (weekday - 1) % 7)
    )


def _single(day: int) -> Dates:
    on = date_of(day)
    return Dates(frozenset({on.year}), frozenset({on.month}), frozenset({on.day}))


def _shown_on(plan: Recurrence, day: int, seconds: int) -> list[int]:
    """Instants at which clocks show one of these seconds of a local day."""
    found: list[int] = []
    for base, mask in plan.chunks((day - 2) * SECONDS_OF_DAY, excluded_too=True):
        shown_from = base + offset_at(plan.zone, base) - day * SECONDS_OF_DAY
        if shown_from > 2 * SECONDS_OF_DAY:
            break
        shown = mask << shown_from if shown_from > 0 else mask >> -shown_from
        found += [base + second - shown_from for second in seconds_in(shown & seconds)]
    return found


def _until(days: range) -> datetime:
    return instant((days.stop - 1) * SECONDS_OF_DAY)
