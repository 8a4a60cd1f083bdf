"""Shows differences between definitions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click

from onthedot.applying.instants import InstantChanges
from onthedot.client import OnTheDot
from onthedot.commands.terminal.times import shown
from onthedot.scheduling.revisions.differences import ABSENT, FieldChange, changes
from onthedot.scheduling.task import Task, TaskDefinition

#: More instants than this are counted rather than listed.
_FEW = 5


def field_lines(found: Sequence[FieldChange]) -> Iterator[str]:
    """A line for the old value and one for the new, for each field."""
    for change in found:
        if change.before is not ABSENT:
            yield click.style(f"  - {change.path}: {_value(change.before)}", fg="red")
        if change.after is not ABSENT:
            yield click.style(f"  + {change.path}: {_value(change.after)}", fg="green")


def instant_lines(found: InstantChanges | None) -> Iterator[str]:
    """The effect on upcoming runs."""
    if found is None:
        return
    span = f"until {shown(found.until)}" if found.until else "the next 30 days"
    if not found:
        yield f"    runs: the same instants, {span}"
        return
    yield from _instants("gains", found.gained, span)
    yield from _instants("loses", found.lost, span)


def change_lines(there: OnTheDot, task: Task, after: TaskDefinition) -> Iterator[str]:
    """What a definition changes of a task: the fields, and the next runs. Asks the server."""
    yield from field_lines(changes(task, after))
    preview = there.preview_edit(task.id, after)
    last = max([*preview.before, *preview.after], default=None)
    yield from instant_lines(InstantChanges(preview.gained, preview.lost, last))


def _instants(verb: str, instants: Sequence[datetime], span: str) -> Iterator[str]:
    if not instants:
        return
    more = f", and {len(instants) - _FEW} more" if len(instants) > _FEW else ""
    told = ", ".join(shown(at) for at in instants[:_FEW])
    runs = "run" if len(instants) == 1 else "runs"
    yield f"    {verb} {len(instants)} {runs}, {span}: {told}{more}"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
