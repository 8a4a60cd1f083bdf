"""Completes definitions: checks them, and adds the installation's defaults to triggers."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from onthedot.scheduling.checking.brevity import is_settled_fast
from onthedot.scheduling.checking.registration import settle
from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.trigger import CalendarUse, OnceTrigger, OnExcluded, Trigger
from onthedot.service.arithmetic import SINGLE, Arithmetic
from onthedot.service.calendars.lookup import calendars_for
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings


async def settled_definition(
    temporal: Temporal,
    definition: TaskDefinition,
    *,
    task_id: str,
    now: datetime,
    arithmetic: Arithmetic = SINGLE,
) -> TaskDefinition:
    """The definition to store, with the defaults of the settings.

    Raises:
        InvalidDefinition: with every invalid field.
        Busy: too many computations are in progress.
    """
    trigger = trigger_with_defaults(definition.trigger, temporal.settings)
    definition = definition.model_copy(update={"trigger": trigger})
    calendars = await calendars_for(temporal, trigger)
    work = partial(settle, definition, task_id=task_id, now=now, calendars=calendars)
    return await arithmetic.unless(is_settled_fast(definition), work)


def trigger_with_defaults(trigger: Trigger, settings: Settings) -> Trigger:
    """A recurring trigger without a `timezone` gets that of the settings. One that moves runs from
    excluded days, but excludes none, gets the calendar of the settings, if there is one."""
    if isinstance(trigger, OnceTrigger):
        return trigger
    known: dict[str, Any] = {}
    if "timezone" not in trigger.model_fields_set and settings.timezone != trigger.timezone:
        known["timezone"] = settings.timezone
    excludes = bool(trigger.exclude) or trigger.only is not None
    if settings.calendar and not excludes and trigger.on_excluded is not OnExcluded.SKIP:
        known["exclude"] = (CalendarUse(calendar=settings.calendar),)
    return trigger.model_copy(update=known) if known else trigger
