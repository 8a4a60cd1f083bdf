"""Reports to Temporal that an attempt is still in progress, and in which phase."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from onthedot.activities.output.kept import KeptOutput
from onthedot.scheduling.run import AttemptMade, RunError
from onthedot.scheduling.stored.attempt import HEARTBEAT_EVERY, Beat, listed
from onthedot.scheduling.stored.live import PlacesTaken
from onthedot.scheduling.stored.written import unpack

_LOST = RunError(type="WorkerLost", message="The worker that carried it out stopped responding.")


@dataclass
class Heart:
    """The content of one attempt's heartbeats. Temporal passes the last one to the next attempt."""

    beat: Beat
    kept: KeptOutput | None = None
    _taken: Callable[[], PlacesTaken] | None = None

    def details(self) -> tuple[Beat] | tuple[Beat, bytes]:
        """The phase, followed by the packed output if the attempt wrote any."""
        taken = self._taken() if self._taken else None
        if taken != self.beat.taken:
            self.beat = self.beat.model_copy(update={"taken": taken})
        packed = self.kept.packed() if self.kept else b""
        return (self.beat, packed) if packed else (self.beat,)

    def waits(self, since: datetime, taken: Callable[[], PlacesTaken]) -> None:
        """The attempt waits for a place; sends a heartbeat immediately, so the run shows it."""
        self._taken = taken
        self._say(waiting=True, since=since)
        activity.heartbeat(*self.details())

    def begins(self, at: datetime) -> None:
        """The attempt begins."""
        waited, self._taken = self.beat.waiting, None
        self._say(waiting=False, since=at)
        if waited:
            activity.heartbeat(*self.details())

    def ends(self, made: tuple[AttemptMade, ...]) -> None:
        """The attempt failed. Travels with the failure, at no extra cost."""
        self.beat = self.beat.model_copy(update={"made": made})
        activity.heartbeat(*self.details())

    def _say(self, *, waiting: bool, since: datetime) -> None:
        self.beat = self.beat.model_copy(update={"waiting": waiting, "since": since})


def left_behind(before: tuple[AttemptMade, ...], number: int) -> tuple[AttemptMade, ...]:
    """The attempts before attempt `number`, from the last heartbeat.

    Args:
        before: the attempts of earlier activities, used if there is no heartbeat.
    """
    details = activity.info().heartbeat_details
    if not details:
        return before
    last = Beat.model_validate(details[0])
    known = last.made or before
    lost = last.attempt < number and all(made.attempt != last.attempt for made in known)
    if not lost or last.waiting:
        return known
    return listed((*known, AttemptMade(attempt=last.attempt, started_at=last.since, error=_LOST)))


def output_left_behind() -> KeptOutput:
    """The output of the attempts before this one, from the last heartbeat."""
    kept = KeptOutput()
    details = activity.info().heartbeat_details
    if len(details) > 1 and isinstance(details[1], bytes):
        with suppress(ValueError):
            for piece in unpack(details[1]):
                kept.add(piece)
    return kept


@contextmanager
def heartbeating(heart: Heart | None = None) -> Iterator[None]:
    """Send a heartbeat every `HEARTBEAT_EVERY` while the block runs.

    Heartbeats reveal a dead worker, and Temporal delivers a cancellation only in response to one.
    A shorter block costs nothing.
    """
    loop = asyncio.get_running_loop()
    seconds = HEARTBEAT_EVERY.total_seconds()

    timer: asyncio.TimerHandle

    def beat() -> None:
        nonlocal timer
        activity.heartbeat(*(() if heart is None else heart.details()))
        timer = loop.call_later(seconds, beat)

    timer = loop.call_later(seconds, beat)
    try:
        yield
    finally:
        timer.cancel()
