"""Adds the installation's default time zone and calendar to triggers without them."""

from __future__ import annotations

from typing import Any, TypeVar

from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.trigger import CalendarUse, OnceTrigger, OnExcluded, Trigger
from onthedot.settings import Settings

D = TypeVar("D", bound=TaskDefinition)


def with_defaults(definition: D, settings: Settings) -> D:
    """A definition with a complete trigger; see `trigger_with_defaults`."""
    trigger = trigger_with_defaults(definition.trigger, settings)
    if trigger is definition.trigger:
        return definition
    return definition.model_copy(update={"trigger": trigger})


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
