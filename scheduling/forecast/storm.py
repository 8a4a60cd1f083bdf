"""Computes how late starts are if more are due than the installation can begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from onthedot.scheduling.forecast.starts import Starts

_BLOCK = 60


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
