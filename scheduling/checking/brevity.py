"""Decides which definitions are processed faster than they can be handed to a thread.

Nearly all of them are, in a tenth of a millisecond. Exclusions and large JSON make others slow.
"""

from __future__ import annotations

from typing import Any

from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.trigger import OnceTrigger, Trigger

_FEW_VALUES = 500
_FEW_CHARACTERS = 16 * 1024


def is_brief(trigger: Trigger) -> bool:
    """Whether a trigger's next few instants are found in less than a millisecond, or two for one
    that never fires."""
    return isinstance(trigger, OnceTrigger) or not (trigger.exclude or trigger.only)


def is_settled_fast(definition: TaskDefinition) -> bool:
    """Whether a definition is settled in a millisecond or two."""
    action = definition.action
    return is_brief(definition.trigger) and _is_small(dict(action))


def _is_small(value: dict[str, Any]) -> bool:
    waiting: list[Any] = [value]
    values = characters = 0
    while waiting:
        found = waiting.pop()
        values += len(found)
        if values > _FEW_VALUES:
            return False
        for member in found.values() if isinstance(found, dict) else found:
            if isinstance(member, str):
                characters += len(member)
            elif isinstance(member, dict | list | tuple):
                waiting.append(member)
        if characters > _FEW_CHARACTERS:
            return False
    return True
