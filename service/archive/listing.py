"""The execution log beyond the retention: lists the archive with the same filters."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from pathlib import Path

from onthedot.archive.line import ArchivedRun, Lines, Position
from onthedot.archive.reading import ArchivedDays
from onthedot.encryption.keys import configured
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition, RunNotFound
from onthedot.scheduling.run import Run, ShortRun
from onthedot.scheduling.search import finds
from onthedot.service.runs.listing import RunFilter
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import Cursor, Page, cursor_key

#: The most lines to search for one page.
_LOOKED_THROUGH = 20_000

_UNSET = "this server has no archive of runs; set ONTHEDOT_ARCHIVE to its directory"


class ArchivedRuns:
    """Lists the archive of a server, and reads single runs of it."""

    def __init__(self, temporal: Temporal, directory: Path | None) -> None:
        self._temporal = temporal
        lines = Lines(configured(temporal.settings))
        self._days = ArchivedDays(directory, lines) if directory else None

    async def page(
        self, which: RunFilter, *, limit: int = 50, cursor: str | None = None
    ) -> Page[ShortRun]:
        """One page of runs by their end, newest first.

        A page with fewer runs than `limit` need not be the last.

        Raises:
            InvalidDefinition: there is no archive here, or the cursor does not belong to this walk.
            KeyMissing, NotOurSeal: the key of an encrypted run is missing here.
        """
        if self._days is None:
            raise InvalidDefinition(FieldProblem("archived", _UNSET))
        key, text = await cursor_key(self._temporal), f"archived\n{which.text}"
        read = Cursor.decoded(cursor, text, self._temporal.now(), key)
        before = _read_token(read.token)
        items, last = await asyncio.to_thread(_some, self._days, which, limit, before)
        following = None
        if last is not None:
            token = json.dumps([last.finished_at, last.id]).encode()
            following = Cursor(token, read.began).encoded(text, key)
        return Page(items, following)

    async def one(self, run_id: str) -> Run:
        """One run with its output.

        Raises:
            RunNotFound: it is not archived, or there is no archive.
            KeyMissing, NotOurSeal: the key of the encrypted run is missing here.
        """
        found = await asyncio.to_thread(self._days.find, run_id) if self._days else None
        if found is None:
            raise RunNotFound(run_id)
        return Run.part_of(found)


def _some(
    days: ArchivedDays, which: RunFilter, limit: int, before: tuple[str, str] | None
) -> tuple[list[ShortRun], Position | None]:
    """The next matching runs, and the last line that was examined; None if no more follow."""
    items: list[ShortRun] = []
    looked, last = 0, None
    for day in days.days():
        if before is not None and day > before[0][:10]:
            continue
        for position, run in days.runs(day, before):
            if len(items) == limit or looked == _LOOKED_THROUGH:
                return items, last
            looked, last = looked + 1, position
            if fits(which, run):
                items.append(ShortRun.part_of(run))
    return items, None


def fits(which: RunFilter, run: ArchivedRun) -> bool:
    """Whether a run matches, by what it and its task were when it was archived."""
    return (
        which.task_id in (None, run.task_id)
        and which.status in (None, run.status)
        and which.cause in (None, run.cause)
        and _within(run.scheduled_for, which.since, which.until)
        and which.fits(run)
        and (which.tasks is None or _is_of(run, which.tasks))
    )


def _within(due: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or due >= since) and (until is None or due <= until)


def _is_of(run: ArchivedRun, tasks: TaskFilter) -> bool:
    if tasks.kind is not None and tasks.kind != run.task_kind:
        return False
    if not set(tasks.tags) <= set(run.task_tags):
        return False
    q = (tasks.q or "").strip()
    titles = (run.task_name, run.task_id)
    return (
        not q
        or finds(q, (*titles, *run.task_tags))
        or any(title.casefold().startswith(q.casefold()) for title in titles)
    )


def _read_token(token: bytes | None) -> tuple[str, str] | None:
    if not token:
        return None
    finished_at, run_id = json.loads(token)
    return finished_at, run_id
