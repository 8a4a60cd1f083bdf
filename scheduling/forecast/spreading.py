"""Spreads tasks that are due at the same instant, by `H`, jitter or an offset."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import assert_never

from onthedot.scheduling.calendars.days import NO_CALENDARS
from onthedot.scheduling.cron.expression import split_fields
from onthedot.scheduling.excluding.excluded_runs import shortest_distance
from onthedot.scheduling.firing.recurrence import recurrence
from onthedot.scheduling.forecast.fleet import FleetTask
from onthedot.scheduling.forecast.report import Way
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, Recurring

_WIDTHS = tuple(timedelta(minutes=m) for m in (1, 5, 10, 15, 30, 60))
_MINUTES = 60


def jitter_for(tasks: int, capacity: float) -> timedelta:
    """The smallest customary jitter over which the capacity suffices for `tasks` starts."""
    needed = timedelta(seconds=2 * tasks / capacity)
    return next((width for width in _WIDTHS if width >= needed), _WIDTHS[-1])


def spread(
    task: FleetTask, way: Way, *, place: int, of: int, jitter: timedelta
) -> Recurring | None:
    """The trigger of the task at position `place` (from 0) among `of` tasks; None if the way does
    not apply, or makes no difference."""
    trigger = task.trigger
    if trigger.kind == "once":
        return None
    match way:
        case Way.HASH:
            return _with_minute(trigger, "H") if isinstance(trigger, CronTrigger) else None
        case Way.JITTER:
            return _jittered(task, trigger, jitter)
        case Way.OFFSET:
            return _moved(trigger, place, of)
        case _:
            assert_never(way)


def _with_minute(trigger: CronTrigger, minute: str) -> CronTrigger | None:
    """The trigger with another minute and the same second; None unless it has a single minute."""
    second, had, hour, day, month, weekday = split_fields(trigger.expression)
    if not had.isdecimal():
        return None
    fields = [*([second] if second else []), minute, hour, day, month, weekday]
    written = " ".join(fields)
    return None if minute == had else trigger.model_copy(update={"expression": written})


def _jittered(task: FleetTask, trigger: Recurring, jitter: timedelta) -> Recurring | None:
    width = min(jitter, timedelta(seconds=_distance(task, trigger)) / 2)
    seconds = timedelta(seconds=int(width.total_seconds()))
    if seconds <= max(trigger.jitter, timedelta(0)):
        return None
    return trigger.model_copy(update={"jitter": seconds})


def _distance(task: FleetTask, trigger: Recurring) -> int:
    if isinstance(trigger, IntervalTrigger):
        return int(trigger.every.total_seconds())
    if task.calendars != NO_CALENDARS:
        return shortest_distance(recurrence(trigger, task.id, task.calendars))
    return _cron_distance(trigger.expression)


@lru_cache(maxsize=1024)
def _cron_distance(expression: str) -> int:
    return shortest_distance(recurrence(CronTrigger(expression=expression), ""))


def _moved(trigger: Recurring, place: int, of: int) -> Recurring | None:
    if isinstance(trigger, IntervalTrigger):
        every = int(trigger.every.total_seconds())
        phase = (int(trigger.offset.total_seconds()) + every * place // of) % every
        offset = timedelta(seconds=phase)
        return None if offset == trigger.offset else trigger.model_copy(update={"offset": offset})
    had = split_fields(trigger.expression)[1]
    if not had.isdecimal():
        return None
    return _with_minute(trigger, str((int(had) + place * _MINUTES // max(of, 1)) % _MINUTES))
