"""Translates pydantic's errors into paths and words that the caller knows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from onthedot.scheduling.errors import FieldProblem

#: The most fields in one response.
MOST = 50

_BOUNDS = {
    "greater_than_equal": "at least",
    "less_than_equal": "at most",
    "greater_than": "more than",
    "less_than": "less than",
}
_ISO = TypeAdapter(timedelta)
_TIMEDELTA = re.compile(r"datetime\.timedelta\((.*)\)")
_PART = re.compile(r"(days|seconds|microseconds)=(-?[0-9]+)")
_WHERE = {"body", "query", "path", "header"}


def field_problems(errors: Sequence[Mapping[str, Any]], body: Any) -> tuple[FieldProblem, ...]:
    """One problem for each field, in the order of the body.

    Args:
        errors: as pydantic lists them.
        body: the validated body, as parsed JSON. It tells real keys from the names of union members
            that pydantic puts between them.
    """
    found: dict[str, list[str]] = {}
    for error in errors[: 4 * MOST]:
        field, message = _path(error, body), _message(error)
        said = found.setdefault(field, [])
        if message not in said:
            said.append(message)
    # {"secret": "bad"} gives two errors, no string and a bad secret: the nearer one counts.
    kept = {
        field: said
        for field, said in found.items()
        if not any(other.startswith(f"{field}.") for other in found)
    }
    return tuple(
        FieldProblem(field, ", or ".join(said)) for field, said in list(kept.items())[:MOST]
    )


def _path(error: Mapping[str, Any], body: Any) -> str:
    parts = []
    value, alternatives = body, False
    location = list(error["loc"])
    for index, part in enumerate(location):
        if isinstance(value, dict):
            is_label = alternatives and part == value.get("kind")
            alternatives = False
            if is_label:
                continue
            if part in value:
                value, alternatives = value[part], isinstance(value[part], dict)
                parts.append(str(part))
            elif index == len(location) - 1 and error["type"] == "missing":
                parts.append(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value, alternatives = value[part], isinstance(value[part], dict)
            parts.append(str(part))
    if error["type"] in ("union_tag_not_found", "union_tag_invalid"):
        parts.append("kind")
    return ".".join(parts)


def parameter_problems(errors: Sequence[Mapping[str, Any]]) -> tuple[FieldProblem, ...]:
    """The same for query parameters and headers; their location starts with their kind."""
    found: dict[str, str] = {}
    for error in errors:
        location = [str(part) for part in error["loc"]]
        if location and location[0] in _WHERE:
            location = location[1:]
        found.setdefault(".".join(location), _message(error))
    return tuple(FieldProblem(field, said) for field, said in list(found.items())[:MOST])


def _said(bound: object) -> object:
    """The bound as people write it. Pydantic writes a duration as Python code."""
    if isinstance(bound, str) and (code := _TIMEDELTA.fullmatch(bound)):
        parts = dict(_PART.findall(code[1]))
        bound = timedelta(**{unit: int(number) for unit, number in parts.items()})
    if isinstance(bound, timedelta) and bound and not bound % timedelta(days=1):
        return f"P{bound.days}D"
    return _ISO.dump_python(bound, mode="json") if isinstance(bound, timedelta) else bound


def _message(error: Mapping[str, Any]) -> str:
    context = error.get("ctx") or {}
    match error["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            return "is unknown; /docs lists the known fields"
        case "union_tag_not_found":
            return "is required: it selects the kind"
        case "union_tag_invalid":
            return f"must be one of {context['expected_tags']}"
        case "timezone_aware":
            return "needs an offset from UTC, as in 2026-12-24T18:00:00+01:00 or …T17:00:00Z"
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            return f"must be {_BOUNDS[error['type']]} {_said(next(iter(context.values())))}"
        case "too_short":
            return f"must have at least {context['min_length']} entries"
        case "too_long":
            return f"must have at most {context['max_length']} entries"
        case "string_pattern_mismatch":
            return f"must match {context['pattern']}"
        case _:
            message = str(error["msg"]).removeprefix("Value error, ")
            return message.replace("Input should be", "must be").replace("String should", "must")
