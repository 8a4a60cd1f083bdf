"""A trigger in words, for people to check that it says what they meant."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from onthedot.scheduling.checking.trigger_warnings import warnings
from onthedot.scheduling.cron.expression import parse_cron
from onthedot.scheduling.cron.words import cron_words
from onthedot.scheduling.phrases import MONTH_NAMES, clock, duration
from onthedot.scheduling.trigger import (
    CronTrigger,
    IntervalTrigger,
    OnceTrigger,
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
        text = cron_words(parse_cron(trigger.expression, key))
    else:
        text = _interval(trigger)
    return text + _jitter(trigger) + _exclusions(trigger)


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
    if len(trigger.exclude) > _FEW_EXCLUSIONS:
        return f", with {len(trigger.exclude)} exclusions"
    return "".join(
        f", except on {text.replace('/', ' to ')}"
        if text[:4].isdigit() and "-" in text and " " not in text
        else f", except when {text} matches"
        for text in trigger.exclude
    )
