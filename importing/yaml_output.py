"""Tasks as YAML: REST definitions with ids, one document each, without defaults."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from onthedot.scheduling.task import NewTask

#: Text that is a number in YAML 1.2, but not in YAML 1.1, which PyYAML writes.
_NUMBER = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
#: The fields of a trigger that are written first.
_SAID_FIRST = ("expression", "every", "at")


class _Dumper(yaml.SafeDumper):
    """Writes multi-line text as a block, and writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value.rstrip("\n") else "'" if _NUMBER.fullmatch(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def to_yaml(tasks: Iterable[NewTask]) -> str:
    """YAML that reads back as the same tasks; empty for none."""
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
