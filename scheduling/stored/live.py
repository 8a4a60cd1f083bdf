"""What a server asks of a worker while runs go on, and what it is answered.

Passed between a server and a worker that may be of another release: unknown fields are ignored
here, and every new field has a default.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from onthedot.scheduling.stored.written import WrittenPiece


class _Passed(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class PlacesTaken(_Passed):
    """How full something is that has so many places."""

    name: str
    """Of what: `actions` and `commands` of a worker, `calls` or the host that they go to."""
    held: int
    places: int | None = None
    """None if there is no limit over all."""
    waiting: int = 0
    """How many are with the worker and wait for a place."""


class Wanted(_Passed):
    """The output of one run: its workflow's execution, and what is known already."""

    execution: str
    after: int = 0


class LiveQuestion(_Passed):
    """What is asked of one worker."""

    wanted: tuple[Wanted, ...] = ()
    task_queue: str = ""
    """Whose places are asked for; none where it is empty."""
    most: int = 512 * 1024
    """About so many bytes, all runs together."""


class LiveOutput(_Passed):
    """What one run has written since."""

    execution: str
    size: int
    """Bytes that it wrote in all; more than the pieces end with where there is more to ask for."""
    attempt: int = 1
    """The attempt in progress."""
    began: int = 0
    """What the attempts before it are known to have written, in bytes."""
    pieces: tuple[WrittenPiece, ...] = ()
    details: WrittenPiece | None = None
    """What an activity said with its last heartbeat."""


class LiveAnswer(_Passed):
    """What a worker says. Of a run that is not there, nothing."""

    runs: tuple[LiveOutput, ...] = ()
    places: tuple[PlacesTaken, ...] = ()
