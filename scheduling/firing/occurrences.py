"""When a trigger is due."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from onthedot.scheduling.firing.clock_changes import instant
from onthedot.scheduling.firing.jitter import jittered
from onthedot.scheduling.firing.recurrence import Recurrence, recurrence
from onthedot.scheduling.trigger import OnceTrigger, Recurring, Trigger


def occurrences(
    trigger: Trigger,
    *,
    after: datetime,
    key: str,
    jitter_seed: str | None = None,
    nominal_after: datetime | None = None,
) -> Iterator[datetime]:
    """The instants strictly after `after` at which a checked trigger is due, in UTC, lazily.

    `key` is the task's id, on which `H` depends. `start_at`, `end_at` and `exclude` are honoured,
    `max_runs` is not. With the seed that Temporal has for the schedule they are the instants that
    jitter leads to; without it they are nominal. Nothing is due after the year 2100.

    `nominal_after` leaves out those whose nominal instant came before it, or at it: a schedule that
    was made then does not know them.
    """
    if isinstance(trigger, OnceTrigger):
        if trigger.at is None or trigger.at.tzinfo is None:
            raise ValueError("a one-time trigger must be settled before it is listed")
        if trigger.at > after:
            yield trigger.at
        return
    plan = recurrence(trigger, key)
    if jitter_seed is None or not trigger.jitter:
        for found in _nominal(trigger, plan, _floor(after)):
            yield instant(found)
        return
    first = _reach_back(trigger, plan, _floor(after))
    if nominal_after is not None:
        first = max(first, _floor(nominal_after))
    for found in _nominal(trigger, plan, first):
        following = next(plan.instants(found, excluded_too=True), None)
        moved = jittered(
            instant(found),
            None if following is None else instant(following),
            trigger.jitter,
            jitter_seed,
        )
        if moved > after:
            yield moved


def next_occurrences(
    trigger: Trigger,
    *,
    after: datetime,
    count: int,
    key: str,
    remaining: int | None = None,
    jitter_seed: str | None = None,
    nominal_after: datetime | None = None,
) -> list[datetime]:
    """The first `count` of them, and no more than the `remaining` ones of `max_runs`."""
    limit = count if remaining is None else min(count, remaining)
    found = occurrences(
        trigger, after=after, key=key, jitter_seed=jitter_seed, nominal_after=nominal_after
    )
    return list(islice(found, max(0, limit)))


def _nominal(trigger: Recurring, plan: Recurrence, after: int) -> Iterator[int]:
    first = max(after, 0)
    if trigger.start_at is not None:
        first = max(first, math.ceil(trigger.start_at.timestamp()) - 1)
    last = None if trigger.end_at is None else _floor(trigger.end_at)
    for found in plan.instants(first):
        if last is not None and found > last:
            return
        yield found


def _reach_back(trigger: Recurring, plan: Recurrence, after: int) -> int:
    """From where on nominal instants may be moved past `after`: jitter ends at the next instant."""
    longest = math.ceil(trigger.jitter.total_seconds()) + 1
    for seconds in (60, 3600, 86_400):
        start = after - min(seconds, longest)
        if next(plan.instants(start, excluded_too=True), after + 1) <= after:
            return start
    return after - longest


def _floor(when: datetime) -> int:
    return math.floor(when.timestamp())
