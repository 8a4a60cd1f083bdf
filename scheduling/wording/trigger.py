"""A trigger in words, for people to check its meaning."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from onthedot.scheduling.calendars.days import calendars_of
from onthedot.scheduling.cron.expression import parse_cron
from onthedot.scheduling.cron.words import cron_words
from onthedot.scheduling.trigger import (
    CalendarUse,
    CronTrigger,
    Exclusion,
    IntervalTrigger,
    OnceTrigger,
    OnExcluded,
    Recurring,
    Trigger,
)
from onthedot.scheduling.wording.phrases import MONTH_NAMES, clock, duration, joined

#: More exclusions than this are counted, not listed.
_FEW_EXCLUSIONS = 2


def describe(trigger: Trigger, *, key: str = "") -> str:
    """Such as `At 09:00, Monday to Friday`. `key` is the task's id, on which `H` depends.

    The trigger must have been validated.
    """
    if isinstance(trigger, OnceTrigger):
        return _once(trigger)
    if isinstance(trigger, CronTrigger):
        cron, names = parse_cron(trigger.expression, key), calendars_of(trigger)
        text = cron_words(cron, with_calendars=bool(names))
        if names and cron.days.day_of_month.counts_working_days and cron.days.day_of_week_is_free:
            # The expression counts working days, which exclusions cannot remove.
            return f"{text} ({joined(names)}){_jitter(trigger)}{_exclusions(_without(trigger))}"
    else:
        text = _interval(trigger)
    return text + _jitter(trigger) + _exclusions(trigger)


def _without(trigger: CronTrigger) -> CronTrigger:
    """The trigger without its calendars."""
    written = tuple(one for one in trigger.exclude if isinstance(one, str))
    return trigger.model_copy(update={"exclude": written, "only": None})


def _once(trigger: OnceTrigger) -> str:
    if trigger.at is None:
        return f"Once, {duration(trigger.delay or timedelta(0))} after it is registered"
    zone = ZoneInfo(trigger.timezone or "UTC")
    at = trigger.at.astimezone(zone)
    day = f"{at.day} {MONTH_NAMES[at.month - 1]} {at.year}"
    return f"Once, on {day} at {clock(at.hour * 3600 + at.minute * 60 + at.second)} ({zone.key})"


def _interval(trigger: IntervalTrigger) -> str:
    said = duration(trigger.every)
    text = f"Every {said.removeprefix('1 ') if said.startswith('1 ') else said}"
    return f"{text}, shifted by {duration(trigger.offset)}" if trigger.offset else text


def _jitter(trigger: Recurring) -> str:
    return f", up to {duration(trigger.jitter)} later" if trigger.jitter else ""


def _exclusions(trigger: Recurring) -> str:
    if trigger.on_excluded is not OnExcluded.SKIP:
        return _moved(trigger)
    only = f", only on {_days_of(trigger.only)}" if trigger.only else ""
    if len(trigger.exclude) > _FEW_EXCLUSIONS:
        return f"{only}, with {len(trigger.exclude)} exclusions"
    return only + "".join(
        f", except when {one} matches" if _is_cron(one) else f", except on {_days_of(one)}"
        for one in trigger.exclude
    )


def _moved(trigger: Recurring) -> str:
    if len(trigger.exclude) > _FEW_EXCLUSIONS:
        reasons = [f"one of {len(trigger.exclude)} exclusions applies"]
    else:
        days = [_days_of(one) for one in trigger.exclude if not _is_cron(one)]
        reasons = [f"it falls on {joined(days, 'or')}"] if days else []
        reasons += [f"{one} matches" for one in trigger.exclude if _is_cron(one)]
    if trigger.only:
        reasons.append(f"it falls outside {_calendar(trigger.only)}")
    which = "next" if trigger.on_excluded is OnExcluded.NEXT_DAY else "previous"
    return f", moved to the {which} day if {joined(reasons, 'or')}" if reasons else ""


def _days_of(one: Exclusion) -> str:
    return one.replace("/", " to ") if isinstance(one, str) else f"days in {_calendar(one)}"


def _calendar(use: CalendarUse) -> str:
    return f"calendar {use.calendar}"


def _is_cron(one: Exclusion) -> bool:
    return isinstance(one, str) and not (one[:4].isdigit() and "-" in one and " " not in one)
