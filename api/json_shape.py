"""How many values a body may hold, judged before its fields are.

What is wrong with a field is collected value by value: a list of a million wrong values in place of
ten would hold the server for half a minute. So lists and objects that are longer than any field
takes are refused first.
"""

from __future__ import annotations

from typing import Any

from onthedot.scheduling.errors import FieldProblem

#: A batch has the longest list that is no JSON of a user's own.
MOST_MEMBERS = 1000
#: More values do not fit into the 256 KiB that such JSON may have: each takes two bytes at least.
MOST_VALUES = 128 * 1024

#: Lists and objects of a whole body, which cost far more to read than the bytes that they take.
MOST_CONTAINERS = 256 * 1024

#: Whose values are JSON of a user's own.
_FREE = {"body", "arguments"}


def has_too_many_brackets(body: bytes) -> FieldProblem | None:
    """What is to be said of a body that is not even worth reading."""
    if body.count(b"[") + body.count(b"{") > MOST_CONTAINERS:
        return _problem("", f"more than {MOST_CONTAINERS:,} lists and objects")
    return None


def too_many(value: Any) -> FieldProblem | None:
    """What is longer than any field takes, if there is such a list or object."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        path, found = waiting.pop()
        if len(found) > MOST_MEMBERS:
            return _problem(path, f"more than {MOST_MEMBERS:,} members")
        members = found.items() if isinstance(found, dict) else enumerate(found)
        for name, member in members:
            if not isinstance(member, dict | list):
                continue
            below = f"{path}.{name}" if path else str(name)
            if name not in _FREE:
                waiting.append((below, member))
            elif _has_more(member):
                return _problem(below, f"more than {MOST_VALUES:,} values")
    return None


def _problem(path: str, said: str) -> FieldProblem:
    return FieldProblem(path, f"has {said}, which no field takes")


def _has_more(value: dict[str, Any] | list[Any]) -> bool:
    count, waiting = 0, [value]
    while waiting:
        found = waiting.pop()
        count += len(found)
        if count > MOST_VALUES:
            return True
        members = found.values() if isinstance(found, dict) else found
        waiting.extend(member for member in members if isinstance(member, dict | list))
    return False
