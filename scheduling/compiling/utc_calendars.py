"""Any recurrence over some years as calendars in UTC, where Temporal makes no mistakes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from onthedot.scheduling.compiling.calendars import Calendar, Dates, Times
from onthedot.scheduling.compiling.dated import dated
from onthedot.scheduling.cron.time_masks import WHOLE_DAY, boxes
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY
from onthedot.scheduling.firing.recurrence import Recurrence


def utc_days(plan: Recurrence, days: range, *, excluded_too: bool) -> dict[int, int]:
    """UTC day to the seconds at which the plan fires on it, as bits, where it does."""
    found: dict[int, int] = defaultdict(int)
    for base, mask in _chunks(plan, days, excluded_too):
        day, shift = divmod(base, SECONDS_OF_DAY)
        bits = mask << shift
        while bits:
            if day in days and bits & WHOLE_DAY:
                found[day] |= bits & WHOLE_DAY
            day, bits = day + 1, bits >> SECONDS_OF_DAY
    return found


def utc_calendars(masks: dict[int, int], days: range) -> tuple[Calendar, ...]:
    """Calendars of the given seconds of days. If all of `days` are alike, they go on for ever."""
    days_of: dict[int, list[int]] = defaultdict(list)
    for day, mask in masks.items():
        days_of[mask].append(day)
    return tuple(
        Calendar(dates, Times(frozenset(hours), frozenset(minutes), frozenset(seconds)))
        for mask, alike in days_of.items()
        for hours, minutes, seconds in boxes(mask)
        for dates in ([Dates()] if len(alike) == len(days) else dated(alike))
    )


def _chunks(plan: Recurrence, days: range, excluded_too: bool) -> Iterator[tuple[int, int]]:
    start, end = (days.start - 2) * SECONDS_OF_DAY, (days.stop + 2) * SECONDS_OF_DAY
    for base, mask in plan.chunks(start, excluded_too=excluded_too):
        if base > end:
            return
        yield base, mask
