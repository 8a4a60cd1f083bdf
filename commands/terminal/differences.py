"""Shows differences between definitions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click

from onthedot.applying.instants import InstantChanges
from onthedot.commands.terminal.times import shown
from onthedot.scheduling.revisions.differences import ABSENT, FieldChange

#: More instants than this are counted rather than listed.
_FEW = 5


def field_lines(changes: Sequence[FieldChange]) -> Iterator[str]:
    """A line for the old value and one for the new, for each field."""
    for change in changes:
        if change.before is not ABSENT:
            yield click.style(f"  - {change.path}: {_value(change.before)}", fg="red")
        if change.after is not ABSENT:
            yield click.style(f"  + {change.path}: {_value(change.after)}", fg="green")


def instant_lines(changes: InstantChanges | None) -> Iterator[str]:
    """The effect on upcoming runs."""
    if changes is None:
        return
    span = f"until {shown(changes.until)}" if changes.until else "the next 30 days"
    if not changes:
        yield f"    runs: the same instants, {span}"
        return
    yield from _instants("gains", changes.gained, span)
    yield from _instants("loses", changes.lost, span)


def _instants(verb: str, instants: Sequence[datetime], span: str) -> Iterator[str]:
    if not instants:
        return
    more = f", and {len(instants) - _FEW} more" if len(instants) > _FEW else ""
    told = ", ".join(shown(at) for at in instants[:_FEW])
    runs = "run" if len(instants) == 1 else "runs"
    yield f"    {verb} {len(instants)} {runs}, {span}: {told}{more}"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
