"""Follows runs in progress: one reader per server, for all watchers.

1. Twice a second, less often if it answers slowly, each worker with watched runs is asked once for
   all of them.
2. If a worker does not have a run or does not answer, the run is read from Temporal, at most once a
   second.
3. The watchers of a run share what was read, and are woken by anything new.

Runs without watchers cost nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.outages import TooManyWatch
from onthedot.scheduling.run import Run
from onthedot.scheduling.stored.live import LiveAnswer, LiveQuestion, Wanted
from onthedot.scheduling.stored.written import WrittenPiece
from onthedot.service.output.asking import Silence, ask_worker
from onthedot.service.output.reading import read_output
from onthedot.service.output.watched import WatchedRun
from onthedot.service.temporal.calls import Temporal

_LOG = logging.getLogger("onthedot.output")

#: How often workers are asked, in seconds: what is written should show within a second. The pause
#: afterwards, as a multiple of the time that took; and its limit. Watching should hardly slow down
#: a worker that is busy with runs.
_PACE = 0.5
_REST = 6
_LONGEST_REST = 5.0
#: How many watchers one server has at most, and how many runs they may watch in all.
_MOST_WATCH = 500
_MOST_RUNS = 100
#: How many runs are read from Temporal at a time.
_READS = 8
#: The approximate size of one update for a watcher, in bytes.
_AT_A_TIME = 128 * 1024


@dataclass(frozen=True)
class Update:
    """What is new: the run if it changed, and what it wrote."""

    run: Run | None
    pieces: tuple[WrittenPiece, ...]


class Following:
    """The runs that are watched on this server."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._runs: dict[str, WatchedRun] = {}
        self._silence = Silence()
        self._loop: asyncio.Task[None] | None = None

    async def follow(
        self, run_id: str, *, after: int = 0, quiet: timedelta = timedelta(seconds=15)
    ) -> AsyncGenerator[Update, None]:
        """A run's output past `after`, and everything new until the run has ended.

        After every `quiet` period without anything new comes an empty update.

        Raises:
            RunNotFound, TemporalUnavailable: before the first update.
            TooManyWatch: this server has as many watchers or runs as it can follow.
        """
        watched = await self._watch(run_id)
        try:
            told: Run | None = None
            while True:
                woken = watched.news
                pieces = watched.kept.after(after, most=_AT_A_TIME)
                run = watched.run if watched.run != told else None
                if pieces or run is not None:
                    yield Update(run, tuple(pieces))
                told = watched.run
                if pieces:
                    after = pieces[-1].end
                elif watched.is_complete:
                    return
                elif woken is watched.news:
                    try:
                        await asyncio.wait_for(woken.wait(), quiet.total_seconds())
                    except TimeoutError:
                        yield Update(None, ())
        finally:
            watched.watchers -= 1
            if not watched.watchers and self._runs.get(run_id) is watched:
                del self._runs[run_id]

    def known(self, run_id: str) -> Run | None:
        """A watched run, as it was last read; None if it is not watched."""
        watched = self._runs.get(run_id)
        return watched.run if watched is not None and watched.is_current else None

    async def _watch(self, run_id: str) -> WatchedRun:
        watched = self._runs.get(run_id)
        if watched is None:
            read = await read_output(self._temporal, run_id)
            # Another watcher may have been faster.
            watched = self._runs.get(run_id) or WatchedRun(run_id, read, at=time.monotonic())
        if run_id not in self._runs and len(self._runs) >= _MOST_RUNS:
            raise TooManyWatch
        if sum(each.watchers for each in self._runs.values()) >= _MOST_WATCH:
            raise TooManyWatch
        self._runs[run_id] = watched
        watched.watchers += 1
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._keep_up(), name="live output")
        return watched

    async def _keep_up(self) -> None:
        while self._runs:
            began = time.monotonic()
            try:
                more = await self._look()
            except Exception:
                _LOG.exception("live output could not be read")
                more = False
            took = time.monotonic() - began
            rest = max(_PACE - took, min(_REST * took, _LONGEST_REST))
            await asyncio.sleep(0 if more else rest)

    async def _look(self) -> bool:
        """Update every watched run; returns whether one has more to fetch immediately."""
        runs = [run for run in self._runs.values() if not run.is_complete]
        by_worker: dict[str, list[WatchedRun]] = {}
        now = time.monotonic()
        for run in runs:
            if run.worker and not self._silence.leaves_alone(run.worker, now):
                by_worker.setdefault(run.worker, []).append(run)
        asked = await asyncio.gather(*(self._ask(*each) for each in by_worker.items()))
        answered = {run.id for part in asked for run in part}
        more = any(run.has_more for part in asked for run in part)
        places = asyncio.Semaphore(_READS)
        now = time.monotonic()
        stale = (run for run in runs if run.wants_reading(now, answered=run.id in answered))
        await asyncio.gather(*(self._read(run, places) for run in stale))
        return more

    async def _ask(self, worker: str, runs: Iterable[WatchedRun]) -> list[WatchedRun]:
        """Ask a worker; returns the runs about which it answered."""
        by_execution = {run.execution: run for run in runs}
        wanted = tuple(
            Wanted(execution=execution, after=run.wanted_after)
            for execution, run in by_execution.items()
        )
        answer: LiveAnswer | None = None
        with suppress(OnTheDotError):
            answer = await ask_worker(self._temporal, worker, LiveQuestion(wanted=wanted))
        if answer is None:
            self._silence.unheard(worker, time.monotonic())
            return []
        self._silence.heard(worker)
        said = []
        for output in answer.runs:
            run = by_execution[output.execution]
            run.take_live(output)
            said.append(run)
        return said

    async def _read(self, run: WatchedRun, places: asyncio.Semaphore) -> None:
        async with places:
            try:
                run.take_read(await read_output(self._temporal, run.id), at=time.monotonic())
            except OnTheDotError as error:
                run.missed(error, at=time.monotonic())
