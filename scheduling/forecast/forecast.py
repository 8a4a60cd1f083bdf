"""The forecast: starts by step, the busiest instants, and ways to spread them.

1. Tasks with the same instants form one line; the starts of each second are counted by line.
2. The busiest instants are chosen from the busiest second of each step.
3. A simulated queue with the given capacity determines how late the last start is.
4. For a busy instant, the hours around it are counted again with other triggers for its tasks.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil, floor

from onthedot.scheduling.firing.clock_changes import instant
from onthedot.scheduling.forecast.fleet import FleetTask, lines
from onthedot.scheduling.forecast.frozen import NamedFreeze, with_freezes
from onthedot.scheduling.forecast.report import NAMED, BusyInstant, DueTask, Forecast, Spread, Way
from onthedot.scheduling.forecast.spreading import jitter_for, spread
from onthedot.scheduling.forecast.starts import Count, Starts, affordable, cost

#: How many of the busiest instants are named.
BUSIEST = 10
_AROUND = 3600
#: The highest cost of counting a day of a busy instant's tasks with other triggers.
_MOST_A_DAY = 2_000_000

_BLOCK = 60


def forecast(
    tasks: Sequence[FleetTask],
    *,
    since: datetime,
    until: datetime,
    step: timedelta,
    capacity: float,
    freezes: Sequence[NamedFreeze] = (),
) -> Forecast:
    """Count the starts of these tasks from `since` to `until` (exclusive)."""
    tasks = with_freezes(tasks, freezes, since, until)
    first, asked = floor(since.timestamp()), ceil(until.timestamp())
    width = int(step.total_seconds())
    of = lines(tasks, since)
    end = affordable(of, first, asked)
    counted = Count(of, first, end)
    starts = counted.starts
    edges = range(first, end, width)
    highest = heapq.nlargest(
        BUSIEST,
        (starts.highest(edge, min(edge + width, end)) for edge in edges),
        key=lambda found: (found[0], -found[1]),
    )
    busiest = [_named(counted, capacity, at) for most, at in highest if most]
    if busiest and busiest[0].starts > 1:
        ways = tuple(_spread(counted, capacity, busiest[0]))
        busiest[0] = busiest[0].model_copy(update={"spread": ways})
    return Forecast(
        **{"from": instant(first)},
        until=instant(end),
        step=step,
        tasks=len(tasks),
        total=sum(starts.counts),
        frozen=counted.frozen,
        starts=tuple(starts.total(edge, min(edge + width, end)) for edge in edges),
        capacity_per_second=capacity,
        last_start_late=latest(starts, capacity, first, end),
        busiest=tuple(busiest),
        complete=end == asked,
    )


def _named(counted: Count, capacity: float, at: int) -> BusyInstant:
    due = sorted(counted.due(at), key=lambda task: task.id)
    around = counted.starts.part(at - _AROUND, at + 1)
    return BusyInstant(
        at=instant(at),
        starts=around.counts[-1],
        last_start_late=latest(around, capacity, at, at + 1),
        tasks=tuple(DueTask(id=task.id, name=task.name) for task in due[:NAMED]),
    )


def _spread(counted: Count, capacity: float, busy: BusyInstant) -> Iterator[Spread]:
    at = floor(busy.at.timestamp())
    around = counted.starts.part(at - _AROUND, at + _AROUND)
    due = sorted(counted.due(at), key=lambda task: task.id)
    jitter = jitter_for(len(due), capacity)
    for way in Way:
        moved = list(_moved(due, way, jitter))
        if not moved or not _quick([after for _, after in moved], busy.at):
            continue
        left = _exchanged(around, moved)
        yield Spread(
            how=way,
            tasks=len(moved),
            jitter=jitter if way is Way.JITTER else None,
            starts=left.highest(left.first, left.end)[0],
            last_start_late=latest(left, capacity, left.first, left.end),
        )


def _moved(
    due: Sequence[FleetTask], way: Way, jitter: timedelta
) -> Iterator[tuple[FleetTask, FleetTask]]:
    """The tasks to which a way of spreading applies, before and after."""
    for place, task in enumerate(due):
        trigger = spread(task, way, place=place, of=len(due), jitter=jitter)
        if trigger is not None:
            yield task, replace(task, trigger=trigger)


def _quick(tasks: Sequence[FleetTask], at: datetime) -> bool:
    """Whether these tasks can be counted over two hours in a moment."""
    return sum(map(cost, lines(tasks, at))) <= _MOST_A_DAY


def _exchanged(around: Starts, moved: Sequence[tuple[FleetTask, FleetTask]]) -> Starts:
    since = instant(around.first)
    gone, come = (
        Count(lines(tasks, since), around.first, around.end).starts.counts
        for tasks in zip(*moved, strict=True)
    )
    left = (n - g + c for n, g, c in zip(around.counts, gone, come, strict=True))
    return Starts(around.first, array("I", left))


def latest(starts: Starts, capacity: float, since: int, until: int) -> timedelta:
    """How late the latest start of a period is, if `capacity` runs can begin per second.

    Due runs wait in one queue, including those left over from before `since`.
    """
    worst = max((late for at, late in _late(starts, capacity) if since <= at < until), default=0.0)
    return timedelta(seconds=round(worst, 1))


def _late(starts: Starts, capacity: float) -> Iterator[tuple[int, float]]:
    """How late the last start of each second is, for seconds with any."""
    free = float(starts.first)
    for base in range(0, len(starts.counts), _BLOCK):
        block = starts.counts[base : base + _BLOCK]
        if not any(block):
            continue
        for at, due in enumerate(block, starts.first + base):
            if due:
                free = max(free, at) + due / capacity
                # The last one begins after those before it.
                yield at, max(0.0, free - at - 1 / capacity)
