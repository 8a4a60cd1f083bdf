"""The runs that failed, timed out or began late, as Temporal's visibility lists them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from onthedot import naming
from onthedot.naming.queries import instant, literals
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.run import ShortRun
from onthedot.service.runs.listed import DueRun, due_run
from onthedot.service.runs.listing import RunFilter
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.raw_rows import raw_walk

#: The most failed runs, and the most runs that timed out, to read.
MOST_FAILED = 10_000
MOST_LATE = 1000

#: Up to this many tasks are queried by name; for more, all runs are read and filtered.
ASKED_BY_NAME = 100

#: Small enough for a busy Temporal to return in time.
_PAGE = 500

#: Queried one by one, each is an index range. For both at once, SQLite would scan all waiting tasks
#: for each page.
STATUSES = ("Failed", "TimedOut")

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Listed:
    """Some runs, latest end first; all of them, if `complete`."""

    runs: list[ShortRun]
    complete: bool


async def failed_runs(
    temporal: Temporal,
    since: datetime,
    until: datetime,
    *,
    ended_since: datetime,
    tasks: Collection[str] | None = None,
) -> tuple[list[DueRun], bool]:
    """Runs of these tasks, or of all, that failed or timed out: due from `since` to `until`, ended
    at or after `ended_since`, latest end first; and whether these are all.
    """
    queries = (failed_query(temporal, status, since, until, ended_since) for status in STATUSES)
    lists = await asyncio.gather(
        *(_listed(temporal, query, tasks, MOST_FAILED) for query in queries)
    )
    found = [run for runs, _ in lists for run in runs]
    found.sort(key=lambda each: each.run.finished_at or _LONG_AGO, reverse=True)
    return found, all(complete for _, complete in lists)


def failed_query(
    temporal: Temporal, status: str, since: datetime, until: datetime, ended_since: datetime
) -> str:
    """The query for runs due from `since` to `until` that ended so at `ended_since` or later."""
    ended = f"ExecutionStatus = '{status}' AND CloseTime >= {instant(ended_since)}"
    return f"{_due(temporal, since, until)} AND {ended}"


async def late_runs(
    temporal: Temporal, since: datetime, until: datetime, tasks: Collection[str] | None
) -> Listed:
    """Ended runs that began more than ten seconds late. Raises like `failed_runs`."""
    late = f"{naming.STATUS.name} = '{naming.State.LATE}' AND CloseTime >= {instant(since)}"
    query = f"{_due(temporal, since, until)} AND {late}"
    runs, complete = await _listed(temporal, query, tasks, MOST_LATE)
    return Listed([each.run for each in runs], complete)


def _due(temporal: Temporal, since: datetime, until: datetime) -> str:
    return RunFilter(since=since, until=until).query(temporal.now())


async def _listed(
    temporal: Temporal, query: str, tasks: Collection[str] | None, most: int
) -> tuple[list[DueRun], bool]:
    if tasks is not None and not tasks:
        return [], True
    if tasks is not None and len(tasks) <= ASKED_BY_NAME:
        query += f" AND {naming.TASK_ID.name} IN {literals(sorted(tasks))}"
    found: list[DueRun] = []
    read = 0
    try:
        async with aclosing(raw_walk(temporal, query, limit=_PAGE, patient=False)) as pages:
            async for page in pages:
                if read >= most:
                    return found, False
                read += len(page)
                runs = [await due_run(temporal, row) for row in page]
                found += [each for each in runs if tasks is None or each.run.task_id in tasks]
    except TemporalUnavailable:
        if not found:
            raise
        # A partial result is better than none.
        return found, False
    return found, True
