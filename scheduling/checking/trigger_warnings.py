"""Warnings about triggers that often surprise people."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays
from onthedot.scheduling.checking.change_warnings import change_warnings
from onthedot.scheduling.cron.days import DayRule
from onthedot.scheduling.cron.expression import Cron, parse_cron
from onthedot.scheduling.cron.fields import HOUR, MINUTE, SECOND
from onthedot.scheduling.cron.time_masks import WHOLE_DAY
from onthedot.scheduling.excluding.excluded_runs import shortest_distance
from onthedot.scheduling.excluding.exclusions import excluded_times, parse_exclusion
from onthedot.scheduling.firing.clock_changes import date_of, local_day
from onthedot.scheduling.firing.recurrence import Recurrence, recurrence
from onthedot.scheduling.firing.times import CronTimes
from onthedot.scheduling.trigger import CronTrigger, OnceTrigger, Recurring, Trigger
from onthedot.scheduling.wording.phrases import MONTH_NAMES, duration, joined, listed

_LENGTHS = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
_STEP = re.compile(r"(?:^|,)\*/(\d+)(?=$|,)", re.ASCII)


def warnings(
    trigger: Trigger, *, after: datetime, key: str = "", calendars: CalendarDays = NO_CALENDARS
) -> list[str]:
    """Sentences about a validated trigger; clock changes are those of the year after `after`."""
    if isinstance(trigger, OnceTrigger):
        return []
    plan = recurrence(trigger, key, calendars)
    if not isinstance(trigger, CronTrigger):
        every_second = trigger.every.total_seconds() == 1
        return [
            *([_EVERY_SECOND] if every_second else []),
            *_long_jitter(trigger, plan),
            *_unknown_days(calendars),
        ]
    cron = parse_cron(trigger.expression, key)
    return [
        *([_EVERY_SECOND] if cron.times == WHOLE_DAY else []),
        *_both_day_fields(cron.days),
        *_short_months(cron.days),
        *_uneven_steps(cron),
        *_spread(cron),
        *_long_jitter(trigger, plan),
        *_idle_exclusions(trigger, plan, cron, after, key),
        *_unknown_days(calendars),
        *change_warnings(cron, plan.zone, after),
    ]


_EVERY_SECOND = "It fires every second: 86,400 runs a day."


def _both_day_fields(rule: DayRule) -> list[str]:
    if rule.day_of_month_is_free or rule.day_of_week_is_free:
        return []
    if rule.either:
        return [
            "Day-of-month and day-of-week are both given: it fires on days that match either one. "
            "If both must match, start one of the two fields with *."
        ]
    return [
        "One of day-of-month and day-of-week starts with *: it fires only on days that match both."
    ]


def _short_months(rule: DayRule) -> list[str]:
    days = rule.day_of_month.days
    if rule.day_of_month_is_free:
        return []
    said = []
    for day in sorted(days & {29, 30, 31}):
        short = {month for month in rule.months if day > _shortest(month)}
        if short:
            names = joined([MONTH_NAMES[month - 1] for month in sorted(short)])
            leap = " outside leap years" if day == 29 else ""
            said.append(f"There is no day {day} in {names}{leap}: it is skipped, not moved.")
    if said and max(days) == 31:
        said[-1] += " L stands for the last day of every month."
    return said


def _shortest(month: int) -> int:
    return _LENGTHS.get(month, 31)


def _uneven_steps(cron: Cron) -> list[str]:
    said = []
    for field, text in zip((SECOND, MINUTE, HOUR), cron.fields[:3], strict=True):
        size = field.high + 1
        for step in map(int, _STEP.findall(text)):
            if step >= size:
                said.append(
                    f"*/{step} in the {field.name} field names only 0. For every {step} "
                    f"{field.name}s use an interval trigger."
                )
            elif size % step:
                last = (size - 1) // step * step
                said.append(
                    f"*/{step} in the {field.name} field starts again at 0, so that {last} is "
                    f"followed by 0 after {size - last} {field.name}s. For an even rhythm use an "
                    f"interval trigger."
                )
    return said


def _spread(cron: Cron) -> list[str]:
    names = ("second", "minute", "hour", "day-of-month", "month", "day-of-week")
    values = (cron.seconds, cron.minutes, cron.hours, cron.days.day_of_month.days)
    named = [
        f"{name} {listed(values[n])}" if n < len(values) else name
        for n, name in enumerate(names)
        if any(element.startswith("H") for element in cron.fields[n].split(","))
    ]
    if not named:
        return []
    return [
        f"H is derived from the task's id and never changes for it: {joined(named)} here. Another "
        "id may have other values."
    ]


def _long_jitter(trigger: Recurring, plan: Recurrence) -> list[str]:
    distance = timedelta(seconds=shortest_distance(plan))
    if trigger.jitter <= distance:
        return []
    return [
        f"Jitter of {duration(trigger.jitter)} is longer than the shortest distance between two "
        f"occurrences, {duration(distance)}: it always ends before the next one."
    ]


def _idle_exclusions(
    trigger: CronTrigger, plan: Recurrence, cron: Cron, after: datetime, key: str
) -> list[str]:
    """Exclusions without effect in the coming year are often a mistake."""
    if not trigger.exclude:
        return []
    times, today = plan.times, local_day(plan.zone, int(after.timestamp()))
    assert isinstance(times, CronTimes)
    due = [(day, date_of(day)) for day in range(today, today + 366) if times.on(day)]
    texts = [one for one in trigger.exclude if isinstance(one, str)]
    idle = [text for text in texts if not _hits(parse_exclusion(text, key), cron, due)]
    if not cron.days.day_of_month.counts_working_days:
        # The calendar's days are never working days.
        idle += [
            f"of the calendar {calendar.name}"
            for calendar in plan.exclusions.calendars
            if not any(day in calendar for day, _ in due)
        ]
    return [f"The exclusion {text} excludes nothing in the coming year." for text in idle]


def _unknown_days(calendars: CalendarDays) -> list[str]:
    return [
        f"The calendar {calendar.name} does not cover days after {until}. Until it does, they "
        "count as days that it does not name."
        for calendar in calendars.calendars
        if (until := calendar.resolved.known_until) is not None
    ]


def _hits(exclusion: range | Cron, cron: Cron, due: list[tuple[int, date]]) -> bool:
    if isinstance(exclusion, range):
        beyond = bool(due) and exclusion.stop > due[-1][0] + 1
        return beyond or any(day in exclusion for day, _ in due)
    days = exclusion.days
    return bool(excluded_times(exclusion) & cron.times) and any(
        days.days(on.year, on.month) >> on.day & 1 for _, on in due
    )
