"""Reads all tasks that will fire, for a forecast."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from onthedot import naming
from onthedot.naming.queries import instant, literal
from onthedot.scheduling.calendars.days import CalendarDays, calendars_of
from onthedot.scheduling.forecast.fleet import FleetTask
from onthedot.scheduling.outages import Busy, TemporalUnavailable
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.service.overview.fleet_rows import KnownRow, fleet_task, known_rows, needs_more
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.open_walk import OpenWalk
from onthedot.service.temporal.rows import patiently

#: How long a list of tasks is cached: this long or, if longer, a multiple of the time to read it.
_AGE = timedelta(seconds=5)
_TIMES = 10
#: How long a call waits for the rest of a list after its first page, and how old a list it may get
#: instead.
_PATIENCE = timedelta(seconds=1)
_OLDEST = timedelta(minutes=10)
#: How long the first page may take; the others may take until Temporal responds.
_FIRST_PAGE = timedelta(seconds=10)
#: How many lists are read at a time.
_SIDE_BY_SIDE = 4
#: The most tasks that are read, recurring ones first: each takes some kilobytes of memory.
MOST = 100_000
#: How many schedules and long definitions are read, and how many of them at once.
_ASKED = 500
_AT_ONCE = 10


@dataclass(frozen=True)
class Fleet:
    """The tasks that will fire; `complete` says whether all were read, and each in full."""

    read: datetime
    tasks: tuple[FleetTask, ...]
    complete: bool
    good_for: timedelta = _AGE


#: Which tasks: a tag or none, the id of one task or none, until when one-time ones are due.
_Which = tuple[str, str, datetime | None]


@dataclass
class _Reading:
    """A walk in progress, and what it has found so far."""

    found: list[FleetTask] = field(default_factory=list)
    turn: bool = False
    begun: bool = False
    """Whether Temporal has responded."""
    work: asyncio.Task[Fleet] | None = None


class FleetReader:
    """Walks through the open tasks. An unchanged row is not decoded again.

    No caller waits for long: the walk continues in the background, and callers meanwhile get the
    earlier list, or what has been read so far.
    """

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._known: dict[str, KnownRow] = {}
        self._fleets: dict[_Which, Fleet] = {}
        self._reading: dict[_Which, _Reading] = {}
        self._turns = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def tasks(
        self, tag: str = "", until: datetime | None = None, *, task_id: str = ""
    ) -> Fleet:
        """The tasks with this tag, or this one, or all; at most five seconds old, or ten times as
        old as reading them takes. One-time tasks that are due after `until` may be left out.

        If reading takes longer than a caller can wait: a list that is up to ten minutes old, or
        what has been read so far, not `complete`.

        Raises:
            Busy: too many other lists are being read.
        """
        now, key = self._temporal.now(), (tag, task_id, until)
        self._fleets = {k: f for k, f in self._fleets.items() if now - f.read <= _OLDEST}
        known = self._fleets.get(key)
        if known is not None and now - known.read <= known.good_for:
            return known
        reading = self._begun(key)
        assert reading.work is not None
        # A caller that leaves must not cancel the read for the others.
        await asyncio.wait([reading.work], timeout=self._temporal.rpc_timeout.total_seconds())
        if known is None and reading.begun:
            await asyncio.wait([reading.work], timeout=_PATIENCE.total_seconds())
        if reading.work.done():
            return reading.work.result()
        if known is not None:
            return known
        if not reading.begun:
            raise TemporalUnavailable(self._temporal.address) if reading.turn else Busy
        so_far = await self._with_calendars(tuple(reading.found))
        return Fleet(now, so_far, complete=False, good_for=timedelta(0))

    def _begun(self, key: _Which) -> _Reading:
        if key not in self._reading:
            reading = self._reading[key] = _Reading()
            reading.work = asyncio.create_task(self._read(key, reading), name="fleet")
            reading.work.add_done_callback(lambda work: self._over(key, work))
        return self._reading[key]

    def _over(self, key: _Which, work: asyncio.Task[Fleet]) -> None:
        self._reading.pop(key, None)
        if not work.cancelled() and work.exception() is None:
            self._fleets[key] = work.result()

    async def _read(self, which: _Which, reading: _Reading) -> Fleet:
        async with self._turns:
            reading.turn = True
            now = self._temporal.now()
            known = dict[str, KnownRow]()
            asked: list[tuple[FleetTask, TaskRow]] = []
            try:
                complete = await self._walk(_queries(which, now), now, known, reading, asked)
            finally:
                # The next caller continues from what was read.
                self._known |= known
            tag, task_id, _ = which
            if not tag and not task_id:
                self._known = known
            found = [*reading.found, *await self._in_full(asked[:_ASKED], now)]
            found += [task for task, _ in asked[_ASKED:]]
            complete = complete and len(asked) <= _ASKED
            complete = complete and not any(each.unread for each in known.values())
            took = self._temporal.now() - now
            tasks = await self._with_calendars(found)
            return Fleet(now, tasks, complete=complete, good_for=max(_AGE, took + _TIMES * took))

    async def _walk(
        self,
        queries: Sequence[str],
        now: datetime,
        known: dict[str, KnownRow],
        reading: _Reading,
        asked: list[tuple[FleetTask, TaskRow]],
    ) -> bool:
        """Read rows into `known`, and `asked` or `reading`; returns whether all were read."""
        namespace = await self._temporal.namespace_id()
        read = 0
        for query in queries:
            walk = OpenWalk(self._temporal, query)
            while not walk.over:
                if read >= MOST:
                    return False
                # No caller waits for long, and the next one continues with what this one read.
                page = await patiently(walk.page, patient=reading.begun, longest=_FIRST_PAGE)
                reading.begun = True
                read += len(page)
                for task_id, row in await known_rows(self._temporal, page, self._known, known):
                    task = None if row is None else fleet_task(task_id, row, namespace, now)
                    if row is None or task is None:
                        continue
                    if needs_more(row):
                        asked.append((task, row))
                    else:
                        reading.found.append(task)
        return True

    async def _with_calendars(self, tasks: Sequence[FleetTask]) -> tuple[FleetTask, ...]:
        """The tasks with their calendars, each of which is looked up once."""
        names = dict.fromkeys(name for task in tasks for name in calendars_of(task.trigger))
        if not names:
            return tuple(tasks)
        known = await self._temporal.ask(self._temporal.calendars.named(names))
        return tuple(
            replace(task, calendars=CalendarDays.of(known[name] for name in named))
            if (named := calendars_of(task.trigger))
            else task
            for task in tasks
        )

    async def _in_full(
        self, asked: list[tuple[FleetTask, TaskRow]], now: datetime
    ) -> list[FleetTask]:
        temporal, turns = self._temporal, asyncio.Semaphore(_AT_ONCE)
        reader, next_runs = TaskReader(temporal), NextRuns(temporal)

        async def one(task: FleetTask, row: TaskRow) -> FleetTask | None:
            async with turns:
                definition = row.definition
                if row.abridged:
                    if (there := await reader.find_or_none(task.id)) is None:
                        return None
                    definition = there.definition
                left = await next_runs.remaining(task.id, definition)
                # What is left of them counts from now.
                after = task.after if left is None else max(task.after, now)
                return replace(task, trigger=definition.trigger, remaining=left, after=after)

        answers = await asyncio.gather(*(one(task, row) for task, row in asked))
        return [task for task in answers if task is not None]


def _queries(which: _Which, now: datetime) -> list[str]:
    """One list for each kind, which Temporal has indexed; recurring tasks come first."""
    tag, task_id, until = which
    going_on = TaskFilter(tags=(tag,) if tag else ()).query(now)
    if task_id:
        going_on += f" AND {naming.TASK_ID.name} = {literal(task_id)}"
    due = f" AND {naming.DUE.name} <= {instant(until)}" if until else ""
    kinds = {"cron": "", "interval": "", "once": due}
    return [f"{going_on} AND {naming.KIND.name} = '{k}'{more}" for k, more in kinds.items()]
