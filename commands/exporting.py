"""Tasks as files: the REST definition with its id, without what is only the default."""

from __future__ import annotations

from typing import Any

from onthedot.applying.comparison import plain_definition
from onthedot.commands.output import to_yaml
from onthedot.scheduling.task import Task


def as_file(task: Task) -> str:
    """A task as YAML that stands for the same definition."""
    return to_yaml(concise(task))


def concise(task: Task) -> dict[str, Any]:
    """What differs from the defaults, the id first."""
    whole = plain_definition(task)
    told = task.model_dump(mode="json", include=set(whole), exclude_defaults=True)
    for name in ("trigger", "action"):
        told[name] = {"kind": whole[name]["kind"], **told[name]}
    if told.get("name") == task.id:
        del told["name"]
    return {"id": task.id, **{name: told[name] for name in whole if name in told}}
