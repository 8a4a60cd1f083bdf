"""A trigger in words, for people to check that it says what they meant."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from onthedot.scheduling.calendars.days import calendars_of
from onthedot.scheduling.checking.trigger_warnings import warnings
from onthedot.scheduling.cron.expression import parse_cron
from onthedot.scheduling.cron.words import cron_words
from onthedot.scheduling.phrases import MONTH_NAMES, clock, duration, joined
from onthedot.scheduling.trigger import (
    CronTrigger,
    Exclusion,
    IntervalTrigger,
    OnceTrigger,
    OnExcluded,
    Recurring,
    Trigger,
)

__all__ = ["describe", "warnings"]

#: More exclusions than this are counted rather than told.
_FEW_EXCLUSIONS = 2


def describe(trigger: Trigger, *, key: str = "") -> str:
    """Such as `At 09:00, Monday to Friday`. `key` is the task's id, on which `H` depends.

    The trigger must have been settled.
    """
    if isinstance(trigger, OnceTrigger):
        return _once(trigger)
    if isinstance(trigger, CronTrigger):
        cron, names = parse_cron(trigger.expression, key), calendars_of(trigger)
        text = cron_words(cron, with_calendars=bool(names))
        if names and cron.days.day_of_month.counts_working_days and cron.days.day_of_week_is_free:
            # On a working day nothing is left to be taken out.
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
    said = [_excluded(one) for one in trigger.exclude]
    if len(said) > _FEW_EXCLUSIONS:
        said = [f"{len(said)} exclusions"]
    if trigger.on_excluded is not OnExcluded.SKIP:
        which = "next" if trigger.on_excluded is OnExcluded.NEXT_DAY else "previous"
        said += [f"no day of {trigger.only.calendar}"] if trigger.only else []
        return f", moved to the {which} day where it falls on {joined(said, 'or')}" if said else ""
    only = f", only on days of {trigger.only.calendar}" if trigger.only else ""
    if len(trigger.exclude) > _FEW_EXCLUSIONS:
        return f"{only}, with {said[0]}"
    texts = [f", except when {one}" if " matches" in one else f", except on {one}" for one in said]
    return only + "".join(texts)


def _excluded(one: Exclusion) -> str:
    if not isinstance(one, str):
        return f"days of {one.calendar}"
    if one[:4].isdigit() and "-" in one and " " not in one:
        return one.replace("/", " to ")
    return f"{one} matches"
