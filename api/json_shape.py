"""Limits the number of values in a body, before its fields are validated.

Errors are collected value by value: a list of a million invalid values in place of ten would block
the server for half a minute. So lists and objects longer than any field accepts are refused first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from onthedot.scheduling.errors import FieldProblem

#: A batch has the longest list that is no JSON of a user's own.
MOST_MEMBERS = 1000
#: More values do not fit into the 256 KiB that such JSON may have: each takes two bytes at least.
MOST_VALUES = 128 * 1024

#: Lists and objects in a whole body: reading them costs far more than their bytes suggest.
MOST_CONTAINERS = 256 * 1024

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{},]', re.DOTALL)

#: Fields that hold a user's own JSON.
_FREE = {"body", "arguments"}


def has_too_many_brackets(body: bytes) -> FieldProblem | None:
    """The problems of a body that is rejected without reading it."""
    if body.count(b"[") + body.count(b"{") > MOST_CONTAINERS:
        return _problem("", f"more than {MOST_CONTAINERS:,} lists and objects")
    return None


def is_too_long(body: bytes) -> FieldProblem | None:
    """The problems of a body with a list or object longer than `MOST_VALUES`, which the parser
    would read in one long step that blocks the interpreter.

    This reads token by token, lets the event loop run in between, and stops at the limit.
    """
    if body.count(b",") <= MOST_VALUES:
        return None
    levels, text = [_Level("", is_object=False)], b""
    for found in _TOKEN.finditer(body):
        token = found.group()
        if token == b",":
            levels[-1].commas += 1
            if levels[-1].commas >= MOST_VALUES:
                return _said_of([level.name for level in levels[2:]])
        elif token in b"[{":
            name = _read(text) if levels[-1].is_object else str(levels[-1].commas)
            levels.append(_Level(name, is_object=token == b"{"))
        elif token in b"]}":
            if len(levels) > 1:
                levels.pop()
        else:
            text = token
    return None


@dataclass
class _Level:
    """A list or object that is being read."""

    name: str
    is_object: bool
    commas: int = 0


def _said_of(path: list[str]) -> FieldProblem:
    free = next((n for n, name in enumerate(path) if name in _FREE), None)
    if free is None:
        return _problem(".".join(path), f"more than {MOST_MEMBERS:,} members")
    return _problem(".".join(path[: free + 1]), f"more than {MOST_VALUES:,} values")


def _read(token: bytes) -> str:
    return token[1:-1].decode(errors="replace")


def too_many(value: Any) -> FieldProblem | None:
    """The problem of a list or object that is longer than any field accepts, if there is one."""
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
    return FieldProblem(path, f"has {said}; no field accepts as many")


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
