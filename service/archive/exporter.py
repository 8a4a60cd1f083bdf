"""Writes ended runs to the archive, long before Temporal deletes them.

Every server with access to the directory takes part, but only the holder of its lock works:

1. It walks through the runs by their end, day by day, from where the last walk stopped. The first
   walk begins before the retention.
2. It skips runs that are archived already. The others are read whole, written, and flushed to disk
   before the walk goes on, so an interrupted walk simply starts again.
3. Its position is stored in the directory itself, once everything up to it is on disk.

Lists lag behind, so each walk begins an hour before the end of the last one.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from prometheus_client import Counter, Gauge
from temporalio.service import RPCError

from onthedot.archive.line import ArchivedRun, Lines
from onthedot.archive.writing import RunArchive
from onthedot.encryption.keys import configured
from onthedot.naming.queries import instant
from onthedot.scheduling.errors import OnTheDotError, RunNotFound
from onthedot.scheduling.run import Run, ShortRun
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.service.runs.listed import short_run
from onthedot.service.runs.listing import RunFilter
from onthedot.service.runs.of_tasks import task_rows
from onthedot.service.runs.reading import read_run
from onthedot.service.temporal.calls import Temporal

_LOG = logging.getLogger("onthedot.archive")

_EVERY = timedelta(minutes=5)
_AT_ONCE = timedelta(days=1)
#: The longest lag of lists.
_LAG = timedelta(hours=1)
_CHUNK = 200
_SIDE_BY_SIDE = 4
_DAY = timedelta(days=1)

ARCHIVED = Counter("onthedot_archived_runs", "Runs that this process wrote into the archive.")
ARCHIVED_UNTIL = Gauge(
    "onthedot_archived_until_timestamp_seconds",
    "Runs that ended before this time are archived, as far as this process knows.",
)


class Exporter:
    """Writes the archive on behalf of a server."""

    def __init__(self, temporal: Temporal, directory: Path) -> None:
        """Raises OSError if the directory cannot be created."""
        self._temporal = temporal
        self._directory = directory
        self._archive = RunArchive(directory, Lines(configured(temporal.settings)))
        self._noted = directory / "archived-until"

    async def keep_on(self) -> None:
        """Write ended runs again and again. Failures are logged, and the work is retried."""
        while True:
            try:
                await self.write_ended()
            except (OnTheDotError, RPCError) as error:
                _LOG.warning("runs are not archived for now: %s", error)
            except OSError as error:
                _LOG.error("the archive %s cannot be written: %s", self._directory, error.strerror)
            await asyncio.sleep(_EVERY.total_seconds())

    async def write_ended(self) -> int:
        """Write all runs that have ended by now; returns how many: none while another server works.

        Raises:
            OSError: the directory cannot be written.
        """
        with self._lock() as held:
            return await self._walk() if held else 0

    async def _walk(self) -> int:
        now, written = self._temporal.now(), 0
        since = self._came_to()
        if since is not None:
            # Set even if nothing can be written, so that a lack of progress shows.
            ARCHIVED_UNTIL.set(since.timestamp())
        since = since - _LAG if since else now - self._temporal.settings.retention - _DAY
        while since < now:
            until = min(now, since + _AT_ONCE)
            async for chunk in self._new(since, until):
                runs = await self._whole(chunk)
                await asyncio.to_thread(self._archive.add, runs)
                ARCHIVED.inc(len(runs))
                written += len(runs)
            await asyncio.to_thread(self._note, until)
            since = until
        return written

    async def _new(self, since: datetime, until: datetime) -> AsyncIterator[list[ShortRun]]:
        """The runs that ended between two instants and are not archived, in batches."""
        query = (
            f"{RunFilter().query(self._temporal.now())} AND ExecutionStatus != 'Running' "
            f"AND ExecutionStatus != 'ContinuedAsNew' "
            f"AND CloseTime >= {instant(since)} AND CloseTime <= {instant(until)}"
        )
        listed = self._temporal.client.list_workflows(query, page_size=_CHUNK)
        while True:
            await self._temporal.ask(listed.fetch_next_page())
            rows = [await short_run(self._temporal, row) for row in listed.current_page or ()]
            ended = [row for row in rows if row.finished_at is not None]
            if new := await asyncio.to_thread(self._not_there, ended):
                yield new
            if not listed.next_page_token:
                return

    def _not_there(self, runs: list[ShortRun]) -> list[ShortRun]:
        return [run for run in runs if not self._archive.has(run)]

    async def _whole(self, runs: list[ShortRun]) -> list[Run]:
        """The runs with their output and the attributes of their tasks."""
        tasks = await task_rows(self._temporal, {run.task_id for run in runs})
        limit = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def whole(short: ShortRun) -> Run:
            async with limit:
                try:
                    run = (await read_run(self._temporal, short.id)).run
                except RunNotFound:
                    # Its retention has just ended: archive at least what the list shows.
                    run = Run.model_validate(short.model_dump())
            # The list's time, because later walks search by it.
            return _archived(run.model_copy(update={"finished_at": short.finished_at}), tasks)

        return await asyncio.gather(*map(whole, runs))

    @contextmanager
    def _lock(self) -> Iterator[bool]:
        """Whether this process may write, for as long as the block runs."""
        with (self._directory / "lock").open("ab") as opened:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _came_to(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self._noted.read_text().strip())
        except (FileNotFoundError, ValueError):
            return None

    def _note(self, until: datetime) -> None:
        new = self._noted.with_suffix(".new")
        new.write_text(f"{until.isoformat()}\n")
        new.replace(self._noted)
        ARCHIVED_UNTIL.set(until.timestamp())


def _archived(run: Run, tasks: dict[str, TaskRow]) -> ArchivedRun:
    task = tasks.get(run.task_id)
    definition = task.definition if task else None
    return ArchivedRun(
        **{**dict(run), "task_name": run.task_name or (definition.name if definition else "")},
        task_kind=definition.trigger.kind if definition else "",
        task_tags=definition.tags if definition else (),
    )
