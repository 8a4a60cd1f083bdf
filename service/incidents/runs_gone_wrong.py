"""The runs that failed, timed out or began late, as Temporal's visibility lists them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from onthedot import naming
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.run import ShortRun
from onthedot.service.runs.listing import RunFilter
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import instant, literal
from onthedot.service.temporal.translate import short_run

#: How many runs are looked at.
MOST_FAILED = 10_000
MOST_LATE = 1000

#: Small enough to come in time from a Temporal that has much to do.
_PAGE = 500

#: So many tasks are asked for by name; of more, all runs are read and theirs are kept.
_ASKED_BY_NAME = 100


@dataclass(frozen=True)
class Listed:
    """Some runs, the latest to end first; all there are, where it is `complete`."""

    runs: list[ShortRun]
    complete: bool


async def failed_runs(
    temporal: Temporal, since: datetime, until: datetime, tasks: Collection[str] | None
) -> Listed:
    """Runs that failed or timed out, and those that were skipped because they came up too late.

    Raises:
        TemporalUnavailable: Temporal does not answer.
    """
    ended = f"ExecutionStatus IN ('Failed', 'TimedOut') AND CloseTime >= {instant(since)}"
    return await _listed(temporal, ended, since, until, tasks, MOST_FAILED)


async def late_runs(
    temporal: Temporal, since: datetime, until: datetime, tasks: Collection[str] | None
) -> Listed:
    """Runs that began more than ten seconds after they were due, and ended. Raises as above."""
    late = f"{naming.STATUS.name} = '{naming.State.LATE}' AND CloseTime >= {instant(since)}"
    return await _listed(temporal, late, since, until, tasks, MOST_LATE)


async def _listed(
    temporal: Temporal,
    which: str,
    since: datetime,
    until: datetime,
    tasks: Collection[str] | None,
    most: int,
) -> Listed:
    if tasks is not None and not tasks:
        return Listed([], True)
    query = f"{RunFilter(since=since, until=until).query(temporal.now())} AND {which}"
    if tasks is not None and len(tasks) <= _ASKED_BY_NAME:
        query += f" AND {naming.TASK_ID.name} IN ({', '.join(map(literal, sorted(tasks)))})"
    listed = temporal.client.list_workflows(query, page_size=_PAGE)
    found: list[ShortRun] = []
    fetching = asyncio.ensure_future(temporal.ask(listed.fetch_next_page()))
    try:
        for _ in range(-(-most // _PAGE)):
            await fetching
            rows, more = listed.current_page or (), bool(listed.next_page_token)
            if more:
                # Temporal looks for the next page while this one is read.
                fetching = asyncio.ensure_future(temporal.ask(listed.fetch_next_page()))
                await asyncio.sleep(0)
            runs = [await short_run(temporal, row) for row in rows]
            found += [run for run in runs if tasks is None or run.task_id in tasks]
            if not more:
                return Listed(found, True)
    except TemporalUnavailable:
        if not found:
            raise
        # What came so far is worth more than nothing.
    finally:
        fetching.cancel()
    return Listed(found, False)
