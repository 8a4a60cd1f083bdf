"""Caches failed runs: once read, only their number is queried again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot.naming.queries import instant
from onthedot.service.incidents.runs_gone_wrong import (
    ASKED_BY_NAME,
    MOST_FAILED,
    STATUSES,
    Listed,
    failed_query,
    failed_runs,
)
from onthedot.service.runs.listed import DueRun, due_run
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.raw_rows import raw_rows

#: Lists lag behind: each read repeats this much of the period before the last one.
_BEHIND = timedelta(seconds=30)

#: How much longer a period is cached than is usually requested; longer requests are kept as long.
_MARGIN = timedelta(hours=1)
_WIDER_SECONDS = 900.0

#: For background reads: rows per page, and the pause after a page as a multiple of its duration.
_PAGE_IN_PEACE = 250
_DECODED = 50
_REST = 2


@dataclass(frozen=True)
class _Read:
    """All failed runs that are due from `since` on, as they were at `until`."""

    since: datetime
    until: datetime
    runs: tuple[DueRun, ...]


class FailedRuns:
    """Reads failed runs for a whole process."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._last: _Read | None = None
        self._wider_until = 0.0
        self._turn = asyncio.Lock()

    async def read(self, since: datetime, until: datetime, tasks: Collection[str] | None) -> Listed:
        """Runs that failed or timed out, and those skipped because they came up too late."""
        if tasks is not None and len(tasks) <= ASKED_BY_NAME:
            some, complete = await failed_runs(
                self._temporal, since, until, ended_since=since, tasks=tasks
            )
            return Listed([each.run for each in some], complete)
        # Concurrent callers wait, and share what is being read.
        async with self._turn:
            runs, complete = await self._all(since)
        fitting = [
            each.run
            for each in runs
            if since <= each.due <= until and (tasks is None or each.run.task_id in tasks)
        ]
        return Listed(fitting, complete)

    async def catch_up(self, span: timedelta) -> None:
        """Cache the runs of the last `span`, so that callers need not wait for all of them."""
        since = self._temporal.now() - span - _MARGIN
        if self._last is None:
            read = await self._in_peace(since)
            self._last = self._last or read
            return
        async with self._turn:
            last = self._last
            if last is not None and last.since < since - _MARGIN and self._narrows:
                kept = tuple(each for each in last.runs if each.due >= since)
                self._last = _Read(since, last.until, kept)
            await self._all(self._last.since if self._last else since)

    @property
    def _narrows(self) -> bool:
        return time.monotonic() > self._wider_until

    async def _all(self, since: datetime) -> tuple[Sequence[DueRun], bool]:
        """All failed runs that were due from `since` on."""
        now, last = self._temporal.now(), self._last
        if last is not None and last.since <= since:
            runs, complete = await self._since(last, now)
            if runs is not None:
                self._last = _Read(last.since, now, tuple(runs)) if complete else None
                return runs, complete
        elif last is not None:
            self._wider_until = time.monotonic() + _WIDER_SECONDS
        runs, complete = await failed_runs(self._temporal, since, now, ended_since=since)
        self._last = _Read(since, now, tuple(runs)) if complete else None
        return runs, complete

    async def _since(self, last: _Read, now: datetime) -> tuple[Sequence[DueRun] | None, bool]:
        """What was read, and what has ended since. None if the number of older runs changed, for
        example because a task was deleted with its runs."""
        settled = (last.until - _BEHIND).replace(microsecond=0)
        (new, complete), counted = await asyncio.gather(
            failed_runs(self._temporal, last.since, now, ended_since=settled),
            self._number(last.since, now, settled),
        )
        known = [each for each in last.runs if (each.run.finished_at or now) < settled]
        return (None if counted != len(known) else (*new, *known)), complete

    async def _number(self, since: datetime, until: datetime, ended_before: datetime) -> int:
        async def one(status: str) -> int:
            query = failed_query(self._temporal, status, since, until, since)
            return await self._temporal.count(f"{query} AND CloseTime < {instant(ended_before)}")

        return sum(await asyncio.gather(*map(one, STATUSES)))

    async def _in_peace(self, since: datetime) -> _Read | None:
        """All of them, read in the background; None if there are too many to keep."""
        now, found = self._temporal.now(), list[DueRun]()
        for status in STATUSES:
            query = failed_query(self._temporal, status, since, now, since)
            token: bytes | None = b""
            most = len(found) + MOST_FAILED
            while token is not None:
                if len(found) > most:
                    return None
                began = time.monotonic()
                page = await raw_rows(self._temporal, query, limit=_PAGE_IN_PEACE, token=token)
                for n in range(0, len(page.rows), _DECODED):
                    some = page.rows[n : n + _DECODED]
                    found += [await due_run(self._temporal, row) for row in some]
                    await asyncio.sleep(0)
                token = page.token or None
                await asyncio.sleep(_REST * (time.monotonic() - began))
        return _Read(since, now, tuple(found))
