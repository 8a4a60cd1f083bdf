"""Lists upcoming runs one by one, for calendars."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from math import floor

from onthedot.scheduling.firing.clock_changes import instant
from onthedot.scheduling.forecast.fleet import FleetTask, Line, lines


def agenda(
    tasks: Sequence[FleetTask], *, since: datetime, until: datetime, each: int, most: int
) -> list[tuple[datetime, FleetTask]]:
    """The runs from `since` to `until` (exclusive), earliest first: at most `each` per task, and
    `most` in all."""
    first, last = floor(since.timestamp()), floor(until.timestamp()) - 1
    of = lines(tasks, since)
    merged = heapq.merge(*(_numbered(line, n, first, last, each) for n, line in enumerate(of)))
    found = ((instant(at), task) for at, number in merged for task in of[number].tasks)
    return list(islice(found, most))


def _numbered(
    line: Line, number: int, first: int, last: int, each: int
) -> Iterator[tuple[int, int]]:
    return ((at, number) for at in islice(line.instants(first, last), each))
