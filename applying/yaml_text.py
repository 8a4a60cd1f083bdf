"""Reads YAML and JSON text as plain values, with the line of each.

Follows YAML 1.2: `yes` is text, and so is a time. Duplicate keys are refused. Anchors and merge
keys work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from onthedot.applying.problems import FileProblem, WrongFiles

_TAG = "tag:yaml.org,2002:"
_MERGE = _TAG + "merge"

#: How many levels a file may have: libyaml's composer is not safe with much deeper ones.
_DEEPEST = 1000

#: The most values of one file: with aliases, a short text can have any number.
_MOST = 1_000_000

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_WORDS: dict[str, object] = {"": None, "~": None}
for _word, _value in (("null", None), ("true", True), ("false", False)):
    _WORDS |= dict.fromkeys((_word, _word.capitalize(), _word.upper()), _value)

#: A place in a document, such as ("trigger", "expression").
Path = tuple[str, ...]


@dataclass(frozen=True)
class Located:
    """A plain value, and the lines where it and each of its parts begin."""

    value: Any
    line: int
    lines: dict[Path, int] = field(default_factory=dict, repr=False)
    """The lines of the whole document."""
    base: Path = ()
    """Its place in the document."""

    def line_of(self, path: str) -> int:
        """The line of a field such as `trigger.expression`, or of its parent if it is missing."""
        parts = tuple(path.split(".")) if path else ()
        while parts and (*self.base, *parts) not in self.lines:
            parts = parts[:-1]
        return self.lines.get((*self.base, *parts), self.line)

    def at(self, part: str) -> Located:
        """A part of it."""
        value = self.value[int(part)] if isinstance(self.value, list) else self.value[part]
        place = (*self.base, part)
        return Located(value, self.lines.get(place, self.line), self.lines, place)


class _Parser(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # either one
    """Parses nodes; `plain_scalar` decides the meaning of scalars, by YAML 1.2."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # the base class has it so
        "<": [(_MERGE, re.compile("^<<$"))]
    }


def documents(text: str, name: str) -> Iterator[Located]:
    """The non-empty documents of a text.

    Raises:
        WrongFiles: it cannot be read.
    """
    parser = None
    try:
        if len(text) > _DEEPEST and _too_deep(text):
            raise RecursionError
        parser = _Parser(text)
        while parser.check_node():
            node = parser.get_node()
            reader = _Reader(name)
            value = reader.value(node, ())
            if value is not None:
                yield Located(value, _line(node), reader.lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "is not YAML"
        hint = " Text that starts with * needs quotes." if "alias" in str(error) else ""
        raise WrongFiles(
            FileProblem(name, mark.line + 1 if mark else 1, "", f"cannot be read: {said}.{hint}")
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise WrongFiles(FileProblem(name, 1, "", f"cannot be read: {said}")) from None
    finally:
        if parser is not None:
            parser.dispose()


def _too_deep(text: str) -> bool:
    depth = 0
    for event in yaml.parse(text, Loader=_Parser):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return True
    return False


def plain_scalar(text: str) -> object:
    """The value of text without quotes."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) < 300:
        return int(text)
    if _FLOAT.fullmatch(text) and any(c in text for c in ".eE"):
        return float(text)
    return text


class _Reader:
    """Turns the nodes of one document into values."""

    def __init__(self, name: str) -> None:
        self.lines: dict[Path, int] = {}
        self._name = name
        self._seen = 0
        self._open: set[int] = set()

    def value(self, node: Node, path: Path) -> Any:
        """The value of a node at a path."""
        self._seen += 1
        if self._seen > _MOST or id(node) in self._open:
            raise self._wrong(node, path, "repeats itself endlessly, or almost")
        self.lines.setdefault(path, _line(node))
        self._open.add(id(node))
        try:
            match node:
                case MappingNode():
                    return self._mapping(node, path)
                case SequenceNode():
                    return [self.value(item, (*path, str(n))) for n, item in enumerate(node.value)]
                case ScalarNode():
                    return self._scalar(node, path)
                case _:
                    raise self._wrong(node, path, "is not a JSON value")
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                merged = self._merged(value_node, path) | merged
                continue
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if key is None:
                raise self._wrong(key_node, path, "has a key that is not text")
            if key in own:
                raise self._wrong(key_node, (*path, key), "comes twice; keep one of them")
            self.lines[(*path, key)] = _line(key_node)
            own[key] = self.value(value_node, (*path, key))
        return merged | own

    def _merged(self, node: Node, path: Path) -> dict[str, Any]:
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        found: dict[str, Any] = {}
        for one in nodes:
            if not isinstance(one, MappingNode):
                raise self._wrong(one, path, "<< takes a mapping, or a list of them")
            found = self.value(one, path) | found
        return found

    def _scalar(self, node: ScalarNode, path: Path) -> object:
        text: str = node.value
        if node.tag not in (_TAG + "str", _MERGE, "!"):
            raise self._wrong(node, path, f"has the tag {node.tag}, which is not supported")
        if node.style:  # None or, from libyaml, empty if it is written without quotes
            return text
        return plain_scalar(text)

    def _wrong(self, node: Node, path: Path, message: str) -> WrongFiles:
        return WrongFiles(FileProblem(self._name, _line(node), ".".join(path), message))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
