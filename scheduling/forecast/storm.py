"""How late starts become where more are due than a fleet can begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from onthedot.scheduling.forecast.starts import Starts

_BLOCK = 60


def latest(starts: Starts, capacity: float, since: int, until: int) -> timedelta:
    """By how much the latest start of a span is late, where `capacity` begin in a second.

    Those that are due wait in one queue, and what is left over from before `since` counts.
    """
    worst = max((late for at, late in _late(starts, capacity) if since <= at < until), default=0.0)
    return timedelta(seconds=round(worst, 1))


def _late(starts: Starts, capacity: float) -> Iterator[tuple[int, float]]:
    """How late the last start of each second with any is."""
    free = float(starts.first)
    for base in range(0, len(starts.counts), _BLOCK):
        block = starts.counts[base : base + _BLOCK]
        if not any(block):
            continue
        for at, due in enumerate(block, starts.first + base):
            if due:
                free = max(free, at) + due / capacity
                # The last one begins when those before it are done with.
                yield at, max(0.0, free - at - 1 / capacity)
