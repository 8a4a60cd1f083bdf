"""Compares two definitions, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from onthedot.scheduling.task import TaskDefinition

#: The value of a missing field.
ABSENT = object()


@dataclass(frozen=True)
class FieldChange:
    """One field: its path, and its plain JSON value before and after, or ABSENT."""

    path: str
    before: Any
    after: Any


def plain_definition(definition: TaskDefinition) -> dict[str, Any]:
    """The definition as plain JSON with defaults; of a task, only the fields that PUT accepts."""
    return definition.model_dump(mode="json", include=set(TaskDefinition.model_fields))


def changes(before: TaskDefinition, after: TaskDefinition) -> list[FieldChange]:
    """The differences, in the order of the fields."""
    return list(_changes("", plain_definition(before), plain_definition(after)))


def _changes(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    # The fields of triggers or actions of different kinds cannot be compared.
    same_kind = not (
        isinstance(before, dict)
        and isinstance(after, dict)
        and before.get("kind") != after.get("kind")
    )
    if isinstance(before, dict) and isinstance(after, dict) and same_kind:
        for name in [*before, *(name for name in after if name not in before)]:
            place = f"{path}.{name}" if path else name
            yield from _changes(place, before.get(name, ABSENT), after.get(name, ABSENT))
    elif before != after or type(before) is not type(after):
        yield FieldChange(path, before, after)


def merged(
    base: TaskDefinition, theirs: TaskDefinition, mine: TaskDefinition
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Combine the changes of `theirs` and `mine` to `base`, as plain JSON.

    Returns:
        The definition, and the fields that both changed in different ways; these are as in `mine`.
    """
    clashes: list[str] = []
    three = (plain_definition(base), plain_definition(theirs), plain_definition(mine))
    found = _merged("", *three, clashes)
    return found, tuple(clashes)


def _merged(path: str, base: Any, theirs: Any, mine: Any, clashes: list[str]) -> Any:
    if theirs == mine or mine == base:
        return theirs
    if theirs == base:
        return mine
    if _compare(base, theirs, mine):
        found = {}
        for name in dict.fromkeys([*theirs, *mine]):
            place = f"{path}.{name}" if path else name
            was, others, own = (side.get(name, ABSENT) for side in (base, theirs, mine))
            value = _merged(place, was, others, own, clashes)
            if value is not ABSENT:
                found[name] = value
        return found
    clashes.append(path)
    return mine


def _compare(*sides: Any) -> bool:
    """Whether they are objects of the same kind, so that their fields can be compared."""
    return (
        all(isinstance(side, dict) for side in sides)
        and len({side.get("kind") for side in sides}) == 1
    )
