"""Runs in Temporal's lists, which are written a moment after what they list."""

from __future__ import annotations

from collections.abc import Sequence

from onthedot.scheduling.run import ShortRun
from onthedot.service.runs.listing import RunFilter, RunList
from tests.waiting import eventually

_MOST = 500


async def listed_runs(run_list: RunList, which: RunFilter, number: int = 1) -> Sequence[ShortRun]:
    """All that a filter lets through, once there are so many of them."""

    async def all_of_them() -> Sequence[ShortRun] | None:
        found = (await run_list.page(which, limit=_MOST)).items
        return found if len(found) == number else None

    found = await eventually(all_of_them)
    assert found is not None
    return found
