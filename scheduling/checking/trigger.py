"""Whether a trigger means something: the zone, the expression, the bounds, the time it is given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TypeVar

from onthedot.scheduling.cron.expression import parse_cron
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.firing.clock_changes import epoch_day
from onthedot.scheduling.firing.excluded_runs import (
    LONG_RUN,
    LONGEST_RUN,
    longest_excluded_run,
    shortest_distance,
)
from onthedot.scheduling.firing.exclusions import ExclusionError, parse_exclusion
from onthedot.scheduling.firing.occurrences import next_occurrences
from onthedot.scheduling.firing.recurrence import LAST_YEAR, IntervalTimes, recurrence
from onthedot.scheduling.firing.zones import LocalTimeError, ZoneError, instant_of, zone_named
from onthedot.scheduling.trigger import (
    CronTrigger,
    IntervalTrigger,
    OnceTrigger,
    Recurring,
    Trigger,
)

_SECOND = timedelta(seconds=1)
#: So many listed days in a row without an occurrence are looked at: a tenth of a second's work.
_MOST_EMPTY_DAYS = 4000
#: Jitter that Temporal can spread over; it counts milliseconds in 32 bits.
LONGEST_JITTER = timedelta(days=49)

_Found = TypeVar("_Found")


def settle_trigger(
    trigger: Trigger, *, now: datetime, catchup_window: timedelta, key: str
) -> Trigger:
    """The trigger as it is to be kept: a one-time one with `at` as an instant in UTC.

    `key` is the task's id. Raises InvalidDefinition with all that is wrong.
    """
    problems = _Problems()
    if isinstance(trigger, OnceTrigger):
        settled: Trigger | None = _once(trigger, now, catchup_window, problems)
    else:
        settled = _recurring(trigger, now, key, problems)
    if problems.found or settled is None:
        raise InvalidDefinition(*problems.found)
    return settled


class _Problems:
    """Collects what is wrong, so that all of it is told at once."""

    def __init__(self) -> None:
        self.found: list[FieldProblem] = []

    def add(self, field: str, message: str) -> None:
        self.found.append(FieldProblem(f"trigger.{field}", message))

    def tried(self, field: str, parse: Callable[[], _Found]) -> _Found | None:
        """What `parse` gives, or None and a problem."""
        try:
            return parse()
        except (CronError, ExclusionError, LocalTimeError, ZoneError) as error:
            self.add(field, str(error))
            return None


def _once(
    trigger: OnceTrigger, now: datetime, catchup_window: timedelta, problems: _Problems
) -> Trigger | None:
    if (trigger.at is None) == (trigger.delay is None):
        problems.add("at", "give either `at` or `delay`, one of them.")
        return None
    at = now + trigger.delay if trigger.delay is not None else _given(trigger, problems)
    if at is None or problems.found:
        return None
    at = at.astimezone(UTC)
    if at.year > LAST_YEAR:
        problems.add("at", f"is after the year {LAST_YEAR}, beyond what Temporal schedules.")
    elif at < now - catchup_window:
        problems.add(
            "at",
            f"{at.isoformat()} is past, and longer ago than `catchup_window`. Choose a time to "
            f"come, or a longer `catchup_window`.",
        )
    return trigger.model_copy(update={"at": at, "delay": None})


def _given(trigger: OnceTrigger, problems: _Problems) -> datetime | None:
    at, name = trigger.at, trigger.timezone
    zone = problems.tried("timezone", partial(zone_named, name)) if name is not None else None
    if at is None or at.tzinfo is not None:
        return at
    if name is None:
        problems.add("at", "needs an offset, as in 2026-12-24T18:00:00+01:00, or a `timezone`.")
    if zone is None:
        return None
    if not 1 < at.year < 9999:
        problems.add("at", f"is after the year {LAST_YEAR}, beyond what Temporal schedules.")
        return None
    return problems.tried("at", partial(instant_of, at, zone))


def _recurring(
    trigger: Recurring, now: datetime, key: str, problems: _Problems
) -> Recurring | None:
    problems.tried("timezone", partial(zone_named, trigger.timezone))
    if isinstance(trigger, CronTrigger):
        problems.tried("expression", partial(parse_cron, trigger.expression, key))
    else:
        _check_interval(trigger, problems)
    for n, text in enumerate(trigger.exclude):
        problems.tried(f"exclude.{n}", partial(parse_exclusion, text, key))
    _check_bounds(trigger, now, problems)
    if not problems.found:
        _check_fires(trigger, now, key, problems)
    return trigger


def _check_interval(trigger: IntervalTrigger, problems: _Problems) -> None:
    for name, value in (("every", trigger.every), ("offset", trigger.offset)):
        if value % _SECOND:
            problems.add(name, "is not a whole number of seconds, which is as fine as it gets.")
    if trigger.every < _SECOND:
        problems.add("every", "is shorter than a second. Use PT1S or more.")
    elif trigger.offset >= trigger.every:
        problems.add("offset", "must be shorter than `every`: it shifts the rhythm within it.")


def _check_bounds(trigger: Recurring, now: datetime, problems: _Problems) -> None:
    start, end = trigger.start_at, trigger.end_at
    for name, value in (("start_at", start), ("end_at", end)):
        if value is not None and value.year > LAST_YEAR:
            problems.add(name, f"is after the year {LAST_YEAR}, beyond what Temporal schedules.")
    if start is not None and end is not None and end <= start:
        problems.add("end_at", "must be after `start_at`.")
    elif end is not None and end <= now:
        problems.add("end_at", "is past, so the task would never fire.")
    if trigger.jitter % timedelta(milliseconds=1):
        problems.add("jitter", "is finer than a millisecond.")
    elif trigger.jitter > LONGEST_JITTER:
        problems.add("jitter", f"is longer than {LONGEST_JITTER.days} days.")


def _check_fires(trigger: Recurring, now: datetime, key: str, problems: _Problems) -> None:
    if _is_empty(trigger, now, key):
        problems.add(
            "exclude",
            f"its expressions together take out every occurrence of {_MOST_EMPTY_DAYS} days in a "
            f"row. Exclude less, or name the days that are left in the trigger itself.",
        )
    elif next_occurrences(trigger, after=now, count=1, key=key):
        _check_runs(trigger, now, key, problems)
        return
    bare = trigger.model_copy(update={"exclude": (), "start_at": None, "end_at": None})
    if not next_occurrences(bare, after=now, count=1, key=key):
        where = "expression" if isinstance(trigger, CronTrigger) else "every"
        problems.add(
            where, f"never fires until the end of {LAST_YEAR}: no such day comes. Change its dates."
        )
    elif not next_occurrences(
        trigger.model_copy(update={"exclude": ()}), after=now, count=1, key=key
    ):
        problems.add("end_at", "nothing is due between `start_at` (or now) and `end_at`.")
    else:
        problems.add("exclude", "takes out every occurrence, so the task would never fire.")


def _is_empty(trigger: Recurring, now: datetime, key: str) -> bool:
    """Whether its first occurrence is too laborious to find."""
    if not trigger.exclude:
        return False
    after = int(max(now, trigger.start_at or now).timestamp()) - 1
    looked_at = 0
    for base, mask in islice(recurrence(trigger, key).chunks(after), _MOST_EMPTY_DAYS):
        if mask and base + mask.bit_length() - 1 > after:
            return False
        looked_at += 1
    return looked_at == _MOST_EMPTY_DAYS


def _check_runs(trigger: Recurring, now: datetime, key: str, problems: _Problems) -> None:
    """Refuses what Temporal would give up on: too many excluded instants one after the other."""
    plan = recurrence(trigger, key)
    today = epoch_day(now.date())
    run = longest_excluded_run(plan, range(today - 366, today + 8 * 366))
    if run > LONGEST_RUN and isinstance(plan.times, IntervalTimes) and not plan.times.daily:
        problems.add(
            "exclude",
            "takes out more than a million occurrences in a row, where Temporal gives up. Use "
            "shorter exclusions, or an `every` that divides a day.",
        )
    if run > LONG_RUN and trigger.jitter > shortest_distance(plan) * _SECOND:
        problems.add(
            "jitter", "is longer than the distance of occurrences, and exclusions are too long."
        )
