"""Converts a definition to the form that a server stores, so that the two can be compared."""

from __future__ import annotations

from onthedot.scheduling.firing.zones import LocalTimeError, ZoneError, instant_of, zone_named
from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.trigger import OnceTrigger


def as_kept(definition: TaskDefinition, task_id: str) -> TaskDefinition:
    """The definition with its name filled in, and a local time as an instant.

    Invalid values stay unchanged; the validation of definitions refuses them.
    """
    trigger = definition.trigger
    if isinstance(trigger, OnceTrigger):
        trigger = _settled(trigger)
    fields = {name: getattr(definition, name) for name in TaskDefinition.model_fields}
    return TaskDefinition(**{**fields, "name": definition.name or task_id, "trigger": trigger})


def _settled(trigger: OnceTrigger) -> OnceTrigger:
    if trigger.at is None or trigger.at.tzinfo is not None or trigger.timezone is None:
        return trigger
    try:
        at = instant_of(trigger.at, zone_named(trigger.timezone))
    except (LocalTimeError, ZoneError):
        return trigger
    return trigger.model_copy(update={"at": at})
