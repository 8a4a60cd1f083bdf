"""Writes plain values as YAML that every reader reads back as the same values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from onthedot.applying.yaml_text import plain_scalar
from onthedot.scheduling.task import NewTask

#: The fields of a trigger that are written first.
_SAID_FIRST = ("expression", "every", "at")


class _Dumper(yaml.SafeDumper):
    """Quotes text that YAML 1.1 or 1.2 would read as another type, and writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None
    if plain_scalar(value) is not value:
        style = "'"
    elif "\n" in value.strip("\n"):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def to_yaml(value: Any) -> str:
    """Plain JSON values as YAML."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def tasks_to_yaml(tasks: Iterable[NewTask]) -> str:
    """Definitions of REST with their ids, one document each, defaults left out; the empty string
    for none."""
    documents = [_plain(task) for task in tasks]
    if not documents:
        return ""
    return yaml.dump_all(
        documents,
        Dumper=_Dumper,
        allow_unicode=True,
        explicit_start=len(documents) > 1,
        sort_keys=False,
        width=10_000,
    )


def _plain(task: NewTask) -> dict[str, Any]:
    """The fields that differ from their defaults, the id first, with the kind of each union."""
    found = task.model_dump(mode="json", exclude_defaults=True)
    trigger, action = found["trigger"], found["action"]
    said = {name: trigger.pop(name) for name in _SAID_FIRST if name in trigger}
    found["trigger"] = {"kind": task.trigger.kind, **said, **trigger}
    found["action"] = {"kind": task.action.kind, **action}
    return {"id": found.pop("id"), **found}
