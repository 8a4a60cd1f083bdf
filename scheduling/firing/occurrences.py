"""When a trigger is due."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, instant
from onthedot.scheduling.firing.jitter import jittered
from onthedot.scheduling.firing.recurrence import Recurrence, recurrence
from onthedot.scheduling.firing.times import LAST_INSTANT, IntervalTimes
from onthedot.scheduling.trigger import OnceTrigger, Recurring, Trigger


class Occurrence(NamedTuple):
    """When it starts, and the nominal instant that jitter moved."""

    at: datetime
    nominal: datetime


def occurrences(
    trigger: Trigger,
    *,
    after: datetime,
    until: datetime | None = None,
    key: str,
    calendars: CalendarDays = NO_CALENDARS,
    jitter_seed: str | None = None,
    nominal_after: datetime | None = None,
) -> Iterator[datetime]:
    """The instants at which a checked trigger is due, in UTC, lazily.

    They are after `after`, and not after `until`. `key` is the task's id, on which `H` depends;
    `calendars` are those that the trigger names. `start_at`, `end_at` and exclusions are applied,
    `max_runs` is not. With Temporal's seed for the schedule they include jitter; without it they
    are nominal. Nothing is due after the year 2100.

    `nominal_after` leaves out those whose nominal instant is not later: a schedule that was created
    then does not start them.
    """
    for one in with_nominal(
        trigger,
        after=after,
        key=key,
        calendars=calendars,
        jitter_seed=jitter_seed,
        nominal_after=nominal_after,
    ):
        if until is not None and one.at > until:
            return
        yield one.at


def with_nominal(
    trigger: Trigger,
    *,
    after: datetime,
    key: str,
    calendars: CalendarDays,
    jitter_seed: str | None,
    nominal_after: datetime | None,
) -> Iterator[Occurrence]:
    """The same, each with its nominal instant."""
    if isinstance(trigger, OnceTrigger):
        if trigger.at is None or trigger.at.tzinfo is None:
            raise ValueError("a one-time trigger must be validated before it is listed")
        if trigger.at > after:
            yield Occurrence(trigger.at, trigger.at)
        return
    plan = recurrence(trigger, key, calendars)
    if jitter_seed is None or not trigger.jitter:
        for at in map(instant, _nominal(trigger, plan, _floor(after))):
            yield Occurrence(at, at)
        return
    first = _reach_back(trigger, plan, _floor(after))
    if nominal_after is not None:
        first = max(first, _floor(nominal_after))
    later: Iterator[int] | None = None
    following: int | None = None
    for found in _nominal(trigger, plan, first):
        if later is None:
            later = plan.instants(found, excluded_too=True)
            following = next(later, None)
        while following is not None and following <= found:
            following = next(later, None)
        moved = jittered(
            instant(found),
            None if following is None else instant(following),
            trigger.jitter,
            jitter_seed,
        )
        if moved > after:
            yield Occurrence(moved, instant(found))


def named_instants(
    trigger: Recurring, plan: Recurrence, *, after: datetime, until: datetime
) -> Iterator[datetime]:
    """The nominal instants of a trigger in a period, including excluded and moved ones."""
    first, last = _bounds(trigger, _floor(after))
    end = _floor(until) if last is None else min(last, _floor(until))
    for found in plan.instants(first, excluded_too=True):
        if found > end:
            return
        yield instant(found)


def next_occurrences(
    trigger: Trigger,
    *,
    after: datetime,
    count: int,
    key: str,
    calendars: CalendarDays = NO_CALENDARS,
    remaining: int | None = None,
    jitter_seed: str | None = None,
    nominal_after: datetime | None = None,
) -> list[datetime]:
    """The first `count` occurrences, at most the `remaining` ones of `max_runs`."""
    limit = count if remaining is None else min(count, remaining)
    found = occurrences(
        trigger,
        after=after,
        key=key,
        calendars=calendars,
        jitter_seed=jitter_seed,
        nominal_after=nominal_after,
    )
    return list(islice(found, max(0, limit)))


def last_occurrence(
    trigger: Trigger,
    *,
    after: datetime,
    until: datetime,
    key: str,
    calendars: CalendarDays = NO_CALENDARS,
) -> datetime | None:
    """The last nominal instant after `after` and not after `until`; None if there is none.

    Whole days are examined, however often it fires on them.
    """
    if isinstance(trigger, OnceTrigger):
        at = trigger.at
        return at if at is not None and after <= at <= until else None
    first, last = _bounds(trigger, _floor(after))
    last = min(_floor(until), LAST_INSTANT if last is None else last)
    plan = recurrence(trigger, key, calendars)
    found: int | None = None
    if isinstance(plan.times, IntervalTimes) and not plan.exclusions:
        found = last - (last - plan.times.offset) % plan.times.step
        return instant(found) if found > first else None
    for base, mask in plan.chunks(first):
        if base > last:
            break
        within = mask & ((1 << (last - base + 1)) - 1) if last - base < SECONDS_OF_DAY else mask
        if within and base + within.bit_length() - 1 > first:
            at_last = base + within.bit_length() - 1
            found = at_last if found is None else max(found, at_last)
    return None if found is None else instant(found)


def _nominal(trigger: Recurring, plan: Recurrence, after: int) -> Iterator[int]:
    first, last = _bounds(trigger, after)
    for found in plan.instants(first):
        if last is not None and found > last:
            return
        yield found


def _bounds(trigger: Recurring, after: int) -> tuple[int, int | None]:
    """The instant to begin after, and the last second, if any."""
    first = max(after, 0)
    if trigger.start_at is not None:
        first = max(first, math.ceil(trigger.start_at.timestamp()) - 1)
    return first, None if trigger.end_at is None else _floor(trigger.end_at)


def _reach_back(trigger: Recurring, plan: Recurrence, after: int) -> int:
    """Where to begin so as to find nominal instants that jitter moves past `after`."""
    longest = math.ceil(trigger.jitter.total_seconds()) + 1
    for seconds in (60, 3600, 86_400):
        start = after - min(seconds, longest)
        if next(plan.instants(start, excluded_too=True), after + 1) <= after:
            return start
    return after - longest


def _floor(when: datetime) -> int:
    return math.floor(when.timestamp())
