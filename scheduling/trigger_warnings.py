"""What people are often surprised by in a trigger."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduling.change_warnings import change_warnings
from scheduling.cron import Cron, parse_cron
from scheduling.cron_days import DayRule
from scheduling.cron_fields import HOUR, MINUTE, SECOND
from scheduling.phrases import MONTH_NAMES, joined, listed
from scheduling.time_masks import WHOLE_DAY
from scheduling.trigger import CronTrigger, OnceTrigger, Trigger

_LENGTHS = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
_STEP = re.compile(r"(?:^|,)\*/(\d+)(?=$|,)", re.ASCII)


def warnings(trigger: Trigger, *, after: datetime, key: str = "") -> list[str]:
    """Sentences about a settled trigger; clock changes are those of the year from `after` on."""
    if isinstance(trigger, OnceTrigger):
        return []
    if not isinstance(trigger, CronTrigger):
        every_second = trigger.every.total_seconds() == 1
        return [_EVERY_SECOND] if every_second else []
    cron = parse_cron(trigger.expression, key)
    return [
        *([_EVERY_SECOND] if cron.times == WHOLE_DAY else []),
        *_both_day_fields(cron.days),
        *_short_months(cron.days),
        *_uneven_steps(cron),
        *_spread(cron),
        *change_warnings(cron, ZoneInfo(trigger.timezone), after),
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
        f"H is drawn from the task's id and stays the same for it: {joined(named)} here. Another "
        f"id may have other values."
    ]
