"""The constant values of a DAG file, read from its syntax tree without running it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from onthedot.scheduling.firing.zones import ZoneError, zone_named

#: How deeply values may be nested, including names for values.
_DEEPEST = 20


@dataclass(frozen=True)
class Unknown:
    """A value that only running the file would show."""

    text: str


@dataclass(frozen=True)
class Call:
    """A call of something that is not evaluated: a timetable, an asset, a DAG."""

    name: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    line: int
    #: The lines of the keywords that were written.
    lines: dict[str, int]

    def argument(self, position: int | None, *names: str, default: Any = None) -> Any:
        """An argument by keyword, or by position if it has one."""
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        if position is not None and position < len(self.arguments):
            return self.arguments[position]
        return default


class Values:
    """Evaluates expressions of one module: constants, names that are assigned once, dates."""

    def __init__(self, tree: ast.Module) -> None:
        assigned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        assigned.setdefault(target.id, []).append(node.value)
            elif (
                isinstance(node, ast.AnnAssign)
                and isinstance(node.target, ast.Name)
                and node.value is not None
            ):
                assigned.setdefault(node.target.id, []).append(node.value)
            elif isinstance(node, ast.For | ast.comprehension | ast.AugAssign):
                for name in ast.walk(node.target):
                    if isinstance(name, ast.Name):
                        assigned.setdefault(name.id, []).extend([name, name])
        self._names = {name: found[0] for name, found in assigned.items() if len(found) == 1}

    def of(self, node: ast.expr, depth: int = 0) -> Any:
        """The value of an expression, a Call, or Unknown."""
        if depth > _DEEPEST:
            return _unknown(node)
        match node:
            case ast.Constant():
                return node.value
            case ast.Name() if node.id in self._names:
                return self.of(self._names[node.id], depth + 1)
            case ast.List() | ast.Tuple() | ast.Set():
                return [self.of(each, depth + 1) for each in node.elts]
            case ast.Dict():
                return {
                    key.value: self.of(value, depth + 1)
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant)
                }
            case ast.UnaryOp(op=ast.USub()):
                value = self.of(node.operand, depth + 1)
                return -value if isinstance(value, int | float | timedelta) else _unknown(node)
            case ast.Attribute():
                return UTC if dotted(node) in ("timezone.utc", "pendulum.UTC") else _unknown(node)
            case ast.Call():
                return self._evaluated(self.call(node, depth), node)
            case _:
                return _unknown(node)

    def call(self, node: ast.Call, depth: int = 0) -> Call:
        """A call with its arguments evaluated."""
        keywords = {k.arg: k for k in node.keywords if k.arg is not None}
        return Call(
            name=dotted(node.func),
            arguments=tuple(self.of(each, depth + 1) for each in node.args),
            keywords={name: self.of(k.value, depth + 1) for name, k in keywords.items()},
            line=node.lineno,
            lines={name: k.value.lineno for name, k in keywords.items()},
        )

    def _evaluated(self, call: Call, node: ast.expr) -> Any:
        given: Mapping[str, Any] = call.keywords
        last = call.name.rpartition(".")[2]
        if any(isinstance(v, Unknown) for v in (*call.arguments, *given.values())):
            return call
        try:
            match last:
                case "timedelta" | "duration":
                    return timedelta(*call.arguments, **given)
                case "dict":
                    return dict(*call.arguments, **given)
                case "timezone" | "ZoneInfo" | "Timezone" | "gettz":
                    return zone_named(str(call.argument(0, "name", "key")))
                case "datetime" | "date" | "DateTime" | "today" | "parse":
                    return _moment(call, last)
                case _:
                    return call
        except (TypeError, ValueError, OverflowError, ZoneError):
            return _unknown(node)


def dotted(node: ast.expr) -> str:
    """`airflow.models.DAG` of the expression that names it; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _moment(call: Call, last: str) -> datetime | Call:
    """A datetime, aware if the file names a zone; pendulum's default is UTC."""
    zone = call.keywords.get("tzinfo", call.keywords.get("tz"))
    if isinstance(zone, str):
        zone = zone_named(zone)
    if last in ("parse", "today"):
        text = call.argument(0)
        if last == "today" or not isinstance(text, str):
            return call
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is not None else found.replace(tzinfo=zone or UTC)
    fields = {k: v for k, v in call.keywords.items() if k not in ("tz", "tzinfo")}
    if last == "date":
        on = date(*call.arguments, **fields)
        return datetime(on.year, on.month, on.day, tzinfo=UTC)
    if zone is None and call.name.startswith("pendulum."):
        zone = UTC
    if zone is not None and not isinstance(zone, tzinfo):
        raise TypeError("not a time zone")
    numbers = [each for each in call.arguments if not isinstance(each, tzinfo)]
    zone = next((each for each in call.arguments if isinstance(each, tzinfo)), zone)
    return datetime(*numbers, **{**fields, "tzinfo": zone})  # noqa: DTZ001 - as the file has it


def zone_name(moment: datetime) -> str | None:
    """The IANA name of the zone that a datetime carries; None for a naive one."""
    if moment.tzinfo is None:
        return None
    return moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else "UTC"


def _unknown(node: ast.expr) -> Unknown:
    text = ast.unparse(node)
    return Unknown(text if len(text) <= 60 else f"{text[:57]}...")
