"""Shows what spreading would change for each task of a busy instant: runs gained and lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import floor

from onthedot.scheduling.firing.edit_preview import EditPreview, compare
from onthedot.scheduling.firing.occurrences import next_occurrences
from onthedot.scheduling.forecast.fleet import FleetTask, lines
from onthedot.scheduling.forecast.report import Way
from onthedot.scheduling.forecast.spreading import jitter_for, spread
from onthedot.scheduling.forecast.starts import Count
from onthedot.scheduling.trigger import Recurring

#: How many of each task's next runs are compared.
COMPARED = 5


@dataclass(frozen=True)
class Exchange:
    """One task, with its trigger after spreading."""

    task: FleetTask
    trigger: Recurring
    preview: EditPreview


def exchanges(
    tasks: Sequence[FleetTask], *, at: datetime, way: Way, capacity: float, now: datetime
) -> list[Exchange]:
    """The tasks due at `at` to which a way of spreading applies, by id."""
    second = floor(at.timestamp())
    counted = Count(lines(tasks, at), second, second + 1)
    due = sorted(counted.due(second), key=lambda task: task.id)
    jitter = jitter_for(len(due), capacity)
    found = []
    for place, task in enumerate(due):
        trigger = spread(task, way, place=place, of=len(due), jitter=jitter)
        if trigger is not None:
            after = replace(task, trigger=trigger)
            preview = compare(_next(task, now), _next(after, now), count=COMPARED)
            found.append(Exchange(task, trigger, preview))
    return found


def _next(task: FleetTask, now: datetime) -> list[datetime]:
    return next_occurrences(
        task.trigger,
        after=max(task.after, now - timedelta(seconds=1)),
        count=COMPARED,
        key=task.id,
        calendars=task.calendars,
        remaining=task.remaining,
        jitter_seed=task.jitter_seed,
        nominal_after=task.after,
    )
