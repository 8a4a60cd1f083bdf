"""Runs in Temporal's lists, which are written a moment after what they list."""

from __future__ import annotations

from collections.abc import Sequence

from onthedot.scheduling.run import ShortRun
from onthedot.service.runs.listing import RunFilter, RunList
from tests.waiting import eventually

_MOST = 500


async def listed_runs(run_list: RunList, which: RunFilter, number: int = 1) -> Sequence[ShortRun]:
    """All that a filter lets through, once there are so many of them."""

    found: Sequence[ShortRun] = ()

    async def all_of_them() -> bool:
        nonlocal found
        found = (await run_list.page(which, limit=_MOST)).items
        return len(found) == number

    await eventually(all_of_them)
    return found
