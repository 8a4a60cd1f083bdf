"""A definition without its default values, and its digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from onthedot.scheduling.revisions.differences import plain_definition
from onthedot.scheduling.task import TaskDefinition

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
