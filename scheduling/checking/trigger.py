"""Validates triggers: the zone, the expression, the bounds, the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TypeVar

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays, calendars_of
from onthedot.scheduling.cron.expression import parse_cron
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.excluding.excluded_runs import (
    LONG_RUN,
    LONGEST_RUN,
    longest_excluded_run,
    shortest_distance,
)
from onthedot.scheduling.excluding.exclusions import ExclusionError, parse_exclusion
from onthedot.scheduling.firing.clock_changes import epoch_day
from onthedot.scheduling.firing.occurrences import next_occurrences
from onthedot.scheduling.firing.recurrence import recurrence
from onthedot.scheduling.firing.times import LAST_YEAR, IntervalTimes
from onthedot.scheduling.firing.zones import LocalTimeError, ZoneError, instant_of, zone_named
from onthedot.scheduling.trigger import (
    CronTrigger,
    IntervalTrigger,
    OnceTrigger,
    OnExcluded,
    Recurring,
    Trigger,
)

_SECOND = timedelta(seconds=1)
#: The most days in a row without an occurrence to search: a tenth of a second's work.
_MOST_EMPTY_DAYS = 4000
#: The most calendars in one trigger.
_MOST_CALENDARS = 10
#: Temporal's longest jitter: it counts milliseconds in 32 bits.
LONGEST_JITTER = timedelta(days=49)

_Found = TypeVar("_Found")


def settle_trigger(
    trigger: Trigger,
    *,
    now: datetime,
    catchup_window: timedelta,
    key: str,
    calendars: CalendarDays = NO_CALENDARS,
) -> Trigger:
    """The trigger to store; a one-time trigger gets `at` as an instant in UTC.

    `key` is the task's id; `calendars` are the existing ones that it names. Raises
    InvalidDefinition with every problem.
    """
    problems = _Problems()
    if isinstance(trigger, OnceTrigger):
        settled: Trigger | None = _once(trigger, now, catchup_window, problems)
    else:
        settled = _recurring(trigger, now, key, calendars, problems)
    if problems.found or settled is None:
        raise InvalidDefinition(*problems.found)
    return settled


class _Problems:
    """Collects problems, so that all of them are reported together."""

    def __init__(self) -> None:
        self.found: list[FieldProblem] = []

    def add(self, field: str, message: str) -> None:
        self.found.append(FieldProblem(f"trigger.{field}", message))

    def tried(self, field: str, parse: Callable[[], _Found]) -> _Found | None:
        """The result of `parse`, or None and a problem."""
        try:
            return parse()
        except (CronError, ExclusionError, LocalTimeError, ZoneError) as error:
            self.add(field, str(error))
            return None


def _once(
    trigger: OnceTrigger, now: datetime, catchup_window: timedelta, problems: _Problems
) -> Trigger | None:
    if (trigger.at is None) == (trigger.delay is None):
        problems.add("at", "give either `at` or `delay`, not both.")
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
            f"{at.isoformat()} is past, and longer ago than `catchup_window`. Choose a later "
            "time, or a longer `catchup_window`.",
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
    trigger: Recurring, now: datetime, key: str, calendars: CalendarDays, problems: _Problems
) -> Recurring | None:
    problems.tried("timezone", partial(zone_named, trigger.timezone))
    if isinstance(trigger, CronTrigger):
        problems.tried("expression", partial(parse_cron, trigger.expression, key))
    else:
        _check_interval(trigger, problems)
    for n, one in enumerate(trigger.exclude):
        if isinstance(one, str):
            problems.tried(f"exclude.{n}", partial(parse_exclusion, one, key))
    _check_calendars(trigger, calendars, problems)
    _check_bounds(trigger, now, problems)
    if not problems.found:
        _check_fires(trigger, now, key, calendars, problems)
    return trigger


def _check_interval(trigger: IntervalTrigger, problems: _Problems) -> None:
    for name, value in (("every", trigger.every), ("offset", trigger.offset)):
        if value % _SECOND:
            problems.add(name, "must be a whole number of seconds.")
    if trigger.every < _SECOND:
        problems.add("every", "is shorter than a second. Use PT1S or more.")
    elif trigger.offset >= trigger.every:
        problems.add("offset", "must be shorter than `every`: it shifts the rhythm within it.")


def _check_calendars(trigger: Recurring, calendars: CalendarDays, problems: _Problems) -> None:
    names = calendars_of(trigger)
    for n, one in enumerate(trigger.exclude):
        if not isinstance(one, str) and not _is_there(one.calendar, calendars):
            problems.add(f"exclude.{n}.calendar", _unknown(one.calendar))
    if trigger.only is not None and not _is_there(trigger.only.calendar, calendars):
        problems.add("only.calendar", _unknown(trigger.only.calendar))
    if len(names) > _MOST_CALENDARS:
        problems.add("exclude", f"names more than {_MOST_CALENDARS} calendars. Use one of any_of.")
    if trigger.on_excluded is not OnExcluded.SKIP and not isinstance(trigger, CronTrigger):
        problems.add(
            "on_excluded",
            "applies to cron triggers only: an interval follows elapsed time and has no days to "
            "move between. Use skip.",
        )


def _is_there(name: str, calendars: CalendarDays) -> bool:
    return name in calendars and calendars[name].revision > 0


def _unknown(name: str) -> str:
    return f"there is no calendar {name!r}; create it with PUT /calendars/{name}."


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


def _check_fires(
    trigger: Recurring, now: datetime, key: str, calendars: CalendarDays, problems: _Problems
) -> None:
    if _is_empty(trigger, now, key, calendars):
        problems.add(
            "exclude",
            f"its expressions together exclude every occurrence of {_MOST_EMPTY_DAYS} days in a "
            "row. Exclude less, or name the remaining days in the trigger itself.",
        )
    elif next_occurrences(trigger, after=now, count=1, key=key, calendars=calendars):
        _check_runs(trigger, now, key, calendars, problems)
        return
    kept = trigger.model_copy(update={"exclude": (), "only": None})
    bare = kept.model_copy(update={"start_at": None, "end_at": None})
    if not next_occurrences(bare, after=now, count=1, key=key):
        where = "expression" if isinstance(trigger, CronTrigger) else "every"
        problems.add(
            where, f"never fires until the end of {LAST_YEAR}: no such day comes. Change its dates."
        )
    elif not next_occurrences(kept, after=now, count=1, key=key):
        problems.add("end_at", "nothing is due between `start_at` (or now) and `end_at`.")
    else:
        where = "exclude" if trigger.exclude else "only"
        problems.add(where, "excludes every occurrence, so the task would never fire.")


def _is_empty(trigger: Recurring, now: datetime, key: str, calendars: CalendarDays) -> bool:
    """Whether its first occurrence takes too long to find."""
    if not trigger.exclude and trigger.only is None:
        return False
    after = int(max(now, trigger.start_at or now).timestamp()) - 1
    looked_at = 0
    plan = recurrence(trigger, key, calendars)
    for base, mask in islice(plan.chunks(after), _MOST_EMPTY_DAYS):
        if mask and base + mask.bit_length() - 1 > after:
            return False
        looked_at += 1
    return looked_at == _MOST_EMPTY_DAYS


def _check_runs(
    trigger: Recurring, now: datetime, key: str, calendars: CalendarDays, problems: _Problems
) -> None:
    """Refuse what Temporal would give up on: too many excluded instants in a row."""
    plan = recurrence(trigger, key, calendars)
    today = epoch_day(now.date())
    run = longest_excluded_run(plan, range(today - 366, today + 8 * 366))
    if run > LONGEST_RUN and isinstance(plan.times, IntervalTimes) and not plan.times.daily:
        problems.add(
            "exclude",
            "excludes more than a million occurrences in a row, where Temporal gives up. Use "
            "shorter exclusions, or an `every` that divides a day.",
        )
    if run > LONG_RUN and trigger.jitter > shortest_distance(plan) * _SECOND:
        problems.add(
            "jitter", "is longer than the distance of occurrences, and exclusions are too long."
        )
