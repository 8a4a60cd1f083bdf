"""YAML and JSON documents whose values know their lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import yaml

from onthedot.importing.imported import UnreadableSource


@dataclass(frozen=True)
class Located:
    """A value of a document, and the lines of its parts."""

    value: Any
    node: yaml.Node

    @property
    def line(self) -> int:
        """Its first line, from 1."""
        return int(self.node.start_mark.line) + 1

    def line_of(self, *path: str | int) -> int:
        """The line of the value at a path of keys and positions, or of the last part that exists.

        This is the line of the key, not of the value below it.
        """
        node, line = self.node, self.line
        for step in path:
            found = _child(node, step)
            if found is None:
                return line
            line, node = found
        return line

    def at(self, *path: str | int, default: Any = None) -> Any:
        """The value at a path, or the default if a part is missing or null."""
        value = self.value
        for step in path:
            if isinstance(step, int):
                inside = isinstance(value, list) and step < len(value)
                value = value[step] if inside else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return default if value is None else value

    def mapping(self, *path: str | int) -> dict[str, Any]:
        """The mapping at a path; empty if there is none."""
        value = self.at(*path)
        return value if isinstance(value, dict) else {}

    def sequence(self, *path: str | int) -> list[Any]:
        """The list at a path; empty if there is none."""
        value = self.at(*path)
        return value if isinstance(value, list) else []

    def text(self, *path: str | int) -> str:
        """The text at a path; empty if there is none."""
        value = self.at(*path)
        return value if isinstance(value, str) else ""

    def instant(self, *path: str | int) -> datetime | None:
        """The instant at a path, written as RFC 3339; None if there is none."""
        text = self.text(*path)
        try:
            found = datetime.fromisoformat(text) if text else None
        except ValueError:
            return None
        return None if found is None or found.tzinfo is None else found.astimezone(UTC)

    def items(self, *path: str) -> Iterator[Located]:
        """The elements of the list at a path."""
        node: yaml.Node | None = self.node
        for step in path:
            found = None if node is None else _child(node, step)
            node = None if found is None else found[1]
        values = self.sequence(*path)
        if isinstance(node, yaml.SequenceNode):
            yield from (
                Located(value, child) for value, child in zip(values, node.value, strict=True)
            )


def documents(text: str, name: str) -> list[Located]:
    """All non-empty documents of a file.

    Raises:
        UnreadableSource: it is neither YAML nor JSON.
    """
    found = []
    try:
        loader = _Loader(text)
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                found.append(Located(loader.construct_document(node), node))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        hint = " Render templates first, as `helm template` does." if "{{" in text else ""
        raise UnreadableSource(
            name, mark.line + 1 if mark else 1, f"is not YAML: {error.problem}.{hint}"
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableSource(name, 1, f"is not YAML: {error}") from None
    return [each for each in found if each.value is not None]


class _Loader(yaml.SafeLoader):
    """Reads dates as text, like YAML 1.2."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _child(node: yaml.Node, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(step, int):
        if isinstance(node, yaml.SequenceNode) and step < len(node.value):
            child = node.value[step]
            return int(child.start_mark.line) + 1, child
        return None
    if isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            if key.value == step:
                return int(key.start_mark.line) + 1, child
    return None
