"""A server's questions to a worker about runs in progress, and the answers."""

from __future__ import annotations

from onthedot.scheduling.stored.written import WrittenPiece
from onthedot.scheduling.values import Passed


class PlacesTaken(Passed):
    """How full a limit is."""

    name: str
    """The limit: `actions` or `commands` of a worker, `calls`, or the host of calls."""
    held: int
    places: int | None = None
    """None if there is no overall limit."""
    waiting: int = 0
    """How many actions of the worker wait for a place."""


class Wanted(Passed):
    """Asks for the output of one run: its execution, and how much is already known."""

    execution: str
    after: int = 0


class LiveQuestion(Passed):
    """All questions to one worker."""

    wanted: tuple[Wanted, ...] = ()
    task_queue: str = ""
    """The task queue whose places are requested; empty for none."""
    most: int = 512 * 1024
    """The approximate limit in bytes, for all runs together."""


class LiveOutput(Passed):
    """New output of one run."""

    execution: str
    size: int
    """Bytes that it wrote in all; beyond the end of the pieces if there is more to request."""
    attempt: int = 1
    """The attempt in progress."""
    began: int = 0
    """How many bytes earlier attempts are known to have written."""
    pieces: tuple[WrittenPiece, ...] = ()
    details: WrittenPiece | None = None
    """The details of an activity's last heartbeat."""


class LiveAnswer(Passed):
    """A worker's answer, without runs that it does not have."""

    runs: tuple[LiveOutput, ...] = ()
    places: tuple[PlacesTaken, ...] = ()


class Registered(Passed):
    """Names of users' activities and workflows, in the order of their modules."""

    activities: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    commands: bool | None = None
    """Whether the worker runs commands; None if it is of an earlier release, or there is none."""
