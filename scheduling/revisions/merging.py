"""Merges two concurrent changes of a definition."""

from __future__ import annotations

from typing import Any

from onthedot.scheduling.revisions.differences import ABSENT, plain_definition
from onthedot.scheduling.task import TaskDefinition


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
