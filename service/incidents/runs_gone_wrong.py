"""The runs that failed, timed out or began late, as Temporal's visibility lists them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot import naming
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.run import ShortRun
from onthedot.service.runs.listing import RunFilter
from onthedot.service.runs.raw_rows import DueRun, RawRows, due_run, raw_rows
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import instant, literal

#: How many runs are examined.
MOST_FAILED = 10_000
MOST_LATE = 1000

#: Small enough to come in time from a Temporal that has much to do.
_PAGE = 500

#: So many tasks are asked for by name; of more, all runs are read and theirs are kept.
_ASKED_BY_NAME = 100

#: A read of many runs is gone on with for so many times what it took, at most: meanwhile only those
#: are read that ended since. Lists are a moment behind.
_TIMES = 30
_LONGEST = timedelta(minutes=2)
_BEHIND = timedelta(seconds=30)


@dataclass(frozen=True)
class Listed:
    """Some runs, the latest to end first; all there are, where it is `complete`."""

    runs: list[ShortRun]
    complete: bool


@dataclass(frozen=True)
class _Read:
    """All failed runs that are due from `since` on, as they were at `until`."""

    since: datetime
    until: datetime
    good_until: float
    runs: tuple[DueRun, ...]


class FailedRuns:
    """Reads failed runs. One serves a whole process: what has ended stays as it was."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._last: _Read | None = None
        self._turn = asyncio.Lock()

    async def read(self, since: datetime, until: datetime, tasks: Collection[str] | None) -> Listed:
        """Runs that failed or timed out, and those that were skipped because they came up too late.

        Raises:
            TemporalUnavailable: Temporal does not answer.
        """
        if tasks is not None and len(tasks) <= _ASKED_BY_NAME:
            query = f"{_due(self._temporal, since, until)} AND {_ended(since)}"
            return _plain(await _listed(self._temporal, query, tasks, MOST_FAILED))
        # Anyone who comes meanwhile waits for what is read already.
        async with self._turn:
            runs, complete = await self._all(since)
        fitting = [
            each.run
            for each in runs
            if since <= each.due <= until and (tasks is None or each.run.task_id in tasks)
        ]
        return Listed(fitting, complete)

    async def _all(self, since: datetime) -> tuple[Sequence[DueRun], bool]:
        """All of them that are due from `since` on."""
        now, began, last = self._temporal.now(), time.monotonic(), self._last
        if last is not None and last.since <= since and began < last.good_until:
            query = f"{_due(self._temporal, last.since, now)} AND {_ended(last.until - _BEHIND)}"
            new, complete = await _listed(self._temporal, query, None, MOST_FAILED)
            there = {each.run.id for each in new}
            known = (*new, *(each for each in last.runs if each.run.id not in there))
            self._last = _Read(last.since, now, last.good_until, known) if complete else None
            return known, complete
        query = f"{_due(self._temporal, since, now)} AND {_ended(since)}"
        runs, complete = await _listed(self._temporal, query, None, MOST_FAILED)
        took = time.monotonic() - began
        good_until = time.monotonic() + min(_TIMES * took, _LONGEST.total_seconds())
        self._last = _Read(since, now, good_until, tuple(runs)) if complete else None
        return runs, complete


async def late_runs(
    temporal: Temporal, since: datetime, until: datetime, tasks: Collection[str] | None
) -> Listed:
    """Runs that began more than ten seconds after they were due, and ended. Raises as above."""
    late = f"{naming.STATUS.name} = '{naming.State.LATE}' AND CloseTime >= {instant(since)}"
    query = f"{_due(temporal, since, until)} AND {late}"
    return _plain(await _listed(temporal, query, tasks, MOST_LATE))


def _due(temporal: Temporal, since: datetime, until: datetime) -> str:
    return RunFilter(since=since, until=until).query(temporal.now())


def _ended(since: datetime) -> str:
    return f"ExecutionStatus IN ('Failed', 'TimedOut') AND CloseTime >= {instant(since)}"


def _plain(listed: tuple[Sequence[DueRun], bool]) -> Listed:
    return Listed([each.run for each in listed[0]], listed[1])


async def _listed(
    temporal: Temporal, query: str, tasks: Collection[str] | None, most: int
) -> tuple[list[DueRun], bool]:
    if tasks is not None and not tasks:
        return [], True
    if tasks is not None and len(tasks) <= _ASKED_BY_NAME:
        query += f" AND {naming.TASK_ID.name} IN ({', '.join(map(literal, sorted(tasks)))})"
    found: list[DueRun] = []

    def fetch(token: bytes) -> asyncio.Task[RawRows]:
        return asyncio.create_task(raw_rows(temporal, query, limit=_PAGE, token=token))

    fetching = fetch(b"")
    try:
        for _ in range(-(-most // _PAGE)):
            page = await fetching
            if page.token:
                # Temporal looks for the next page while this one is read.
                fetching = fetch(page.token)
                await asyncio.sleep(0)
            runs = [await due_run(temporal, row) for row in page.rows]
            found += [each for each in runs if tasks is None or each.run.task_id in tasks]
            if not page.token:
                return found, True
    except TemporalUnavailable:
        if not found:
            raise
        # What came so far is worth more than nothing.
    finally:
        fetching.cancel()
    return found, False
