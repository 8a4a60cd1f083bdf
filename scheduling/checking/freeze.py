"""Validates freezes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from onthedot.scheduling.calendars.days import calendars_of
from onthedot.scheduling.checking.trigger import settle_trigger
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.freezes.freeze import FreezeDefinition

_LONGEST_WINDOW = timedelta(days=31)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RULE = (
    "must have 1 to 64 lowercase letters, digits, dots, hyphens and underscores, and begin "
    "with a letter or digit"
)


def is_freeze_name(name: str) -> bool:
    """Whether this may be the name of a freeze."""
    return _NAME.fullmatch(name) is not None


def settle_freeze(freeze: FreezeDefinition, *, name: str, now: datetime) -> FreezeDefinition:
    """The freeze with its start filled in.

    Raises:
        InvalidDefinition: its name is invalid, it is never in force, or it mixes both kinds.
    """
    if not is_freeze_name(name):
        raise InvalidDefinition(FieldProblem("name", _RULE))
    if freeze.trigger is None:
        return _single(freeze, now)
    problems = [
        FieldProblem(
            _written(field), "is for a single window; leave it out if there is a `trigger`"
        )
        for field in ("since", "until")
        if getattr(freeze, field) is not None
    ]
    if freeze.trigger.jitter:
        problems.append(FieldProblem("trigger.jitter", "must be left out: a window has no jitter"))
    if freeze.trigger.max_runs is not None:
        problems.append(FieldProblem("trigger.max_runs", "must be left out; use `end_at`"))
    if calendars_of(freeze.trigger):
        fix = "must name no calendar: write dates or expressions in `exclude`"
        raise InvalidDefinition(FieldProblem("trigger", fix))
    if freeze.duration is None:
        problems.append(FieldProblem("duration", "must say how long each window lasts (PT8H)"))
    elif not timedelta(seconds=1) <= freeze.duration <= _LONGEST_WINDOW:
        problems.append(FieldProblem("duration", "must be from one second to 31 days"))
    try:
        settle_trigger(freeze.trigger, now=now, catchup_window=timedelta(0), key=name)
    except InvalidDefinition as error:
        problems += error.problems
    if problems:
        raise InvalidDefinition(*problems)
    return freeze


def _single(freeze: FreezeDefinition, now: datetime) -> FreezeDefinition:
    since = freeze.since or now
    problems = []
    if freeze.duration is not None:
        problems.append(
            FieldProblem("duration", "is for windows with a `trigger`; give `until` instead")
        )
    if freeze.until is None:
        problems.append(
            FieldProblem("until", "is missing: give the end, or `trigger` and `duration`")
        )
    elif freeze.until <= max(since, now):
        problems.append(FieldProblem("until", "must lie in the future, and after `from`"))
    if problems:
        raise InvalidDefinition(*problems)
    return freeze.model_copy(update={"since": since})


def _written(field: str) -> str:
    return "from" if field == "since" else field
