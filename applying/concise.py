"""Definitions in the forms that are compared: concise, as a digest, and as a server keeps them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from onthedot.scheduling.firing.zones import LocalTimeError, ZoneError, instant_of, zone_named
from onthedot.scheduling.revisions.differences import plain_definition
from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.trigger import OnceTrigger

#: Fields that are not part of an applied definition.
_NOT_WRITTEN = ("applied",)
_NOT_DIGESTED = ("applied", "paused")

_DIGITS = 16


def concise(definition: TaskDefinition, task_id: str) -> dict[str, Any]:
    """The content of a task's file: the id first, then the fields that differ from the defaults."""
    whole = plain_definition(definition)
    told = definition.model_dump(mode="json", include=set(whole), exclude_defaults=True)
    for name in ("trigger", "action"):
        told[name] = {"kind": whole[name]["kind"], **told[name]}
    if told.get("name") == task_id:
        del told["name"]
    names = [name for name in whole if name in told and name not in _NOT_WRITTEN]
    return {"id": task_id, **{name: told[name] for name in names}}


def digest(definition: TaskDefinition, task_id: str) -> str:
    """A digest of the definition without its pause; fields that a later release adds do not change
    it while they have their default."""
    told = concise(definition, task_id)
    for name in _NOT_DIGESTED:
        told.pop(name, None)
    text = json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


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
