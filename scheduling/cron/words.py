"""A cron expression in words, derived from its meaning rather than its text."""

from __future__ import annotations

from onthedot.scheduling.cron.days import DayOfMonth, DayOfWeek, DayRule
from onthedot.scheduling.cron.expression import Cron
from onthedot.scheduling.wording.phrases import (
    MONTH_NAMES,
    ORDINALS,
    WEEKDAY_NAMES,
    clock,
    every,
    joined,
    listed,
    rhythm,
    runs,
)

#: Up to this many times of day are listed one by one.
_FEW_TIMES = 6
_ALL_DAYS = 31
_ALL_MONTHS = 12
#: What `listed` writes between the ends of a range.
_TO = " to "


def cron_words(cron: Cron, *, with_calendars: bool) -> str:
    """Such as `At 09:00, Monday to Friday`.

    With calendars, forms that count weekdays count working days.
    """
    times, days = _times(cron), _days(cron.days, "working day" if with_calendars else "weekday")
    if not days and times.startswith("At ") and "every" not in times:
        days = "every day"
    return ", ".join(part for part in (times, days) if part)


def _times(cron: Cron) -> str:
    seconds, minutes, hours = cron.seconds, cron.minutes, cron.hours
    if len(seconds) == 1 and len(minutes) * len(hours) <= _FEW_TIMES:
        (second,) = seconds
        at = sorted(3600 * h + 60 * m + second for h in hours for m in minutes)
        return f"At {joined([clock(s) for s in at])}"
    if seconds == {0}:
        return _minutes(minutes, hours)
    step = 1 if len(seconds) == 60 else rhythm(seconds, 60)
    if step is not None and len(minutes) == 60:
        return every(step, "second") + _between(minutes, hours)
    within = (
        every(step, "second").lower()
        if step is not None
        else f"at second{'s' if len(seconds) > 1 else ''} {listed(seconds)}"
    )
    if len(minutes) * len(hours) <= _FEW_TIMES:
        at = sorted(3600 * h + 60 * m for h in hours for m in minutes)
        return f"In the minute of {joined([clock(s) for s in at])}, {within}"
    return f"{_minutes(minutes, hours)}, {within}"


def _minutes(minutes: frozenset[int], hours: frozenset[int]) -> str:
    if len(minutes) == 1:
        return _hourly(min(minutes), hours)
    step = 1 if len(minutes) == 60 else rhythm(minutes, 60)
    if step is not None:
        return every(step, "minute") + _between(minutes, hours)
    of_hours = "every hour" if len(hours) == 24 else f"the hours {listed(hours)}"
    return f"At minutes {listed(minutes)} of {of_hours}"


def _hourly(minute: int, hours: frozenset[int]) -> str:
    step = 1 if len(hours) == 24 else rhythm(hours, 24)
    if step is not None:
        return every(step, "hour") + (f" at minute {minute}" if minute else "")
    if len(runs(hours)) == 1:
        first, last = (clock(3600 * hour + 60 * minute) for hour in (min(hours), max(hours)))
        return f"Every hour from {first} to {last}"
    return f"At minute {minute} of the hours {listed(hours)}"


def _between(minutes: frozenset[int], hours: frozenset[int]) -> str:
    """When a rhythm goes on: all day, from one time to another, or in certain hours."""
    if len(hours) == 24:
        return ""
    if len(runs(hours)) == 1:
        first = clock(3600 * min(hours) + 60 * min(minutes))
        return f" from {first} to {clock(3600 * max(hours) + 60 * max(minutes))}"
    return f" in the hours {listed(hours)}"


def _days(rule: DayRule, working_day: str) -> str:
    some_months = "" if len(rule.months) == _ALL_MONTHS else _months(rule.months)
    both = not (rule.day_of_month_is_free or rule.day_of_week_is_free)
    of = "the month" if both or not some_months else some_months
    by_date = "" if rule.day_of_month_is_free else _by_date(rule.day_of_month, of, working_day)
    by_week = "" if rule.day_of_week_is_free else _by_week(rule.day_of_week, of)
    if rule.either:
        days = f"{by_date} or {by_week}" if both else ""
    else:
        days = ", only ".join(part for part in (by_date, by_week) if part)
    if not some_months or days.endswith(f"of {some_months}"):
        return days
    in_months = some_months if _TO in some_months else f"in {some_months}"
    return f"{days}, {in_months}" if days else in_months


def _by_date(days: DayOfMonth, of: str, working_day: str) -> str:
    parts = []
    if days.days:
        parts.append(f"day{'s' if len(days.days) > 1 else ''} {listed(days.days)}")
    if days.last:
        parts.append("the last day")
    near = days.nearest - {_ALL_DAYS}
    if near:
        plural = "s" if len(near) > 1 else ""
        parts.append(f"the {working_day}{plural} nearest to day{plural} {listed(near)}")
    if _ALL_DAYS in days.nearest:
        parts.append(f"the last {working_day}")
    parts += [_nth_working(n) for n in sorted(days.nth_working, key=lambda n: (n < 0, n))]
    return f"on {joined(parts)} of {of}"


def _nth_working(n: int) -> str:
    if n < 0:
        before = -1 - n
        return f"the working day that is {before} before the last one"
    return f"the {ORDINALS[n - 1]} working day" if n <= len(ORDINALS) else f"working day {n}"


def _by_week(week: DayOfWeek, of: str) -> str:
    parts = []
    if week.weekdays:
        monday_first = {(day - 1) % 7 for day in week.weekdays}
        said = listed(monday_first, [*WEEKDAY_NAMES[1:], WEEKDAY_NAMES[0]])
        parts.append(said if _TO in said else f"on {said}")
    nth = [f"{ORDINALS[n - 1]} {WEEKDAY_NAMES[day]}" for day, n in sorted(week.nth)]
    nth += [f"last {WEEKDAY_NAMES[day]}" for day in sorted(week.last)]
    if nth:
        parts.append(f"on the {joined(nth)} of {of}")
    return joined(parts)


def _months(months: frozenset[int]) -> str:
    return listed({month - 1 for month in months}, MONTH_NAMES)
