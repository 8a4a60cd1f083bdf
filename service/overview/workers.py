"""The workers: how many actions each one holds, how many it may hold, and how many wait.

Each worker is asked by a query, which adds no event; callers within a few seconds share the answer.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import ActivityFailureError
from temporalio.service import RPCError

from onthedot import naming
from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.stored.live import LiveQuestion, PlacesTaken, Registered
from onthedot.service.output.asking import Silence, ask_worker
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.shared_reads import retrieved
from onthedot.service.temporal.task_queues import Poller, QueueKind, task_queue

#: A worker whose last poll is older is not asked: a poll lasts a minute at most.
_ASKED_WITHIN = timedelta(seconds=75)
_MOST_ASKED = 50

#: Users would rather type a name than wait longer for the list.
_PATIENCE = timedelta(seconds=1.5)


@dataclass(frozen=True)
class WorkerPlaces:
    """A worker. `places` is empty if it does not answer: it is of an earlier release, or gone."""

    identity: str
    last_seen: datetime
    places: tuple[PlacesTaken, ...] = ()

    def taken(self, name: str) -> PlacesTaken | None:
        """How full it is of `actions`, `commands` or `calls`."""
        return next((each for each in self.places if each.name == name), None)


@dataclass(frozen=True)
class WorkersRead:
    """The workers, latest poll first, and about how much waits for one of them."""

    workers: tuple[WorkerPlaces, ...]
    runs_waiting: int
    """Workflow tasks."""
    actions_waiting: int
    """Activities."""


class WorkersReader:
    """Reads the workers for all callers."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._last: tuple[float, WorkersRead] | None = None
        self._reading: asyncio.Task[WorkersRead] | None = None
        self._silence = Silence()

    async def read(self, *, max_age: timedelta = timedelta(seconds=2)) -> WorkersRead:
        """The workers as they were at most `max_age` ago."""
        if self._last and time.monotonic() - self._last[0] <= max_age.total_seconds():
            return self._last[1]
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), name="workers")
            self._reading.add_done_callback(retrieved)
        # A caller that gives up must not cancel the read for the others.
        return await asyncio.shield(self._reading)

    async def _read(self) -> WorkersRead:
        runs, actions = await asyncio.gather(
            task_queue(self._temporal), task_queue(self._temporal, QueueKind.ACTIVITY)
        )
        now = self._temporal.now()
        asked = [p for p in runs.pollers if now - p.last_seen <= _ASKED_WITHIN][:_MOST_ASKED]
        answers = await asyncio.gather(*(self._ask(poller) for poller in asked))
        said = dict(zip((poller.identity for poller in asked), answers, strict=True))
        workers = tuple(
            WorkerPlaces(poller.identity, poller.last_seen, said.get(poller.identity, ()))
            for poller in runs.pollers
        )
        found = WorkersRead(workers, runs.backlog, actions.backlog)
        self._last = (time.monotonic(), found)
        return found

    async def _ask(self, poller: Poller) -> tuple[PlacesTaken, ...]:
        if self._silence.leaves_alone(poller.identity, time.monotonic()):
            return ()
        question = LiveQuestion(task_queue=self._temporal.task_queue)
        try:
            answer = await ask_worker(self._temporal, poller.identity, question)
        except OnTheDotError:
            answer = None
        if answer is None:
            self._silence.unheard(poller.identity, time.monotonic())
            return ()
        self._silence.heard(poller.identity)
        return answer.places


async def registered(temporal: Temporal) -> Registered:
    """The names of users' activities and workflows; empty if no worker answers in time."""
    call = temporal.client.execute_activity(
        naming.REGISTERED,
        id=f"onthedot-registered-{secrets.token_hex(6)}",
        task_queue=temporal.task_queue,
        result_type=Registered,
        schedule_to_close_timeout=_PATIENCE,
    )
    try:
        return await temporal.ask(call)
    except (ActivityFailureError, RPCError, TemporalUnavailable):
        return Registered()
