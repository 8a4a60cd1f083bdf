"""Which earlier occurrences a schedule that is created late still runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from onthedot.scheduling.policy import OverlapPolicy


@dataclass(frozen=True)
class ReachBack:
    """The occurrences to pass on, and how many of them will run and count for `max_runs`."""

    missed: Sequence[datetime]
    used: int


def reach_back(
    missed: Sequence[datetime], overlap: OverlapPolicy, remaining: int | None
) -> ReachBack:
    """Cut `missed` so that at most `remaining` occurrences run.

    All are due at once, as after an outage, so the overlap policy decides which of them run.
    """
    if not missed or remaining == 0:
        return ReachBack((), 0)
    match overlap:
        case OverlapPolicy.BUFFER_ALL | OverlapPolicy.ALLOW_ALL:
            runs = len(missed)
        case OverlapPolicy.BUFFER_ONE:
            runs = min(2, len(missed))
        case _:
            runs = 1
    if remaining is not None and remaining < runs:
        return ReachBack(missed[:remaining], remaining)
    return ReachBack(missed, runs)
