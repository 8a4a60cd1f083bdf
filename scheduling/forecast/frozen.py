"""Applies freezes to a forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from math import ceil

from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.forecast.fleet import FleetTask, FrozenSpan
from onthedot.scheduling.freezes.freeze import FreezeDefinition, Then
from onthedot.scheduling.freezes.windows import covers

#: How many recurring windows are examined.
_MOST = 1000


@dataclass(frozen=True)
class NamedFreeze:
    """A freeze with its name."""

    name: str
    definition: FreezeDefinition


def with_freezes(
    tasks: Sequence[FleetTask], freezes: Sequence[NamedFreeze], since: datetime, until: datetime
) -> Sequence[FleetTask]:
    """The tasks with the periods in which a freeze keeps them from starting."""
    spans = [(freeze, spans_of(freeze, since, until)) for freeze in freezes]
    spans = [(freeze, found) for freeze, found in spans if found]
    if not spans:
        return tasks
    return [_frozen(task, spans) for task in tasks]


def spans_of(freeze: NamedFreeze, since: datetime, until: datetime) -> tuple[FrozenSpan, ...]:
    """The windows of a freeze that overlap a period."""
    definition = freeze.definition
    hold, over = definition.then is Then.HOLD, definition.release_over
    if definition.trigger is None or definition.duration is None:
        if definition.since is None or definition.until is None:
            return ()
        if definition.since >= until or definition.until <= since:
            return ()
        return (FrozenSpan(_second(definition.since), _second(definition.until), hold, over),)
    begins = occurrences(
        definition.trigger, after=since - definition.duration, until=until, key=freeze.name
    )
    return tuple(
        FrozenSpan(_second(at), _second(at + definition.duration), hold, over)
        for at in islice(begins, _MOST)
    )


def _frozen(
    task: FleetTask, spans: Sequence[tuple[NamedFreeze, tuple[FrozenSpan, ...]]]
) -> FleetTask:
    mine = [
        span for freeze, found in spans if covers(freeze.definition, task.tags) for span in found
    ]
    return replace(task, frozen=tuple(mine)) if mine else task


def _second(at: datetime) -> int:
    return ceil(at.timestamp())
