"""A definition without what is only the default, and the digest by which it is recognised."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from onthedot.scheduling.revisions.differences import plain_definition
from onthedot.scheduling.task import TaskDefinition

#: Where a definition came from, and how it stands at present: not what was applied.
_NOT_WRITTEN = ("applied",)
_NOT_DIGESTED = ("applied", "paused")

_DIGITS = 16


def concise(definition: TaskDefinition, task_id: str) -> dict[str, Any]:
    """What a file says of a task: the id first, then what differs from the defaults."""
    whole = plain_definition(definition)
    told = definition.model_dump(mode="json", include=set(whole), exclude_defaults=True)
    for name in ("trigger", "action"):
        told[name] = {"kind": whole[name]["kind"], **told[name]}
    if told.get("name") == task_id:
        del told["name"]
    names = [name for name in whole if name in told and name not in _NOT_WRITTEN]
    return {"id": task_id, **{name: told[name] for name in names}}


def digest(definition: TaskDefinition, task_id: str) -> str:
    """The same for the same definition, paused or not; fields that a later release adds do not
    change it while they have their default."""
    told = concise(definition, task_id)
    for name in _NOT_DIGESTED:
        told.pop(name, None)
    text = json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
