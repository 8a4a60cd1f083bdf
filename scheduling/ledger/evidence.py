"""What Temporal shows of a task apart from its definition: the ledger's second source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from onthedot.scheduling.run import RunCause, ShortRun


class End(StrEnum):
    """How the workflow that is a task ended."""

    FINISHED = "finished"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"


@dataclass(frozen=True)
class SeenRun:
    """A run that exists."""

    run: ShortRun
    nominal: datetime
    """The instant of this run."""
    opened: datetime
    closed: datetime | None = None

    @property
    def triggered(self) -> bool:
        """Whether the task's trigger started it."""
        return self.run.cause is RunCause.TRIGGER

    @property
    def retried(self) -> bool:
        """Whether it is a retry of the instant."""
        return self.run.cause is RunCause.RETRY


@dataclass(frozen=True)
class ScheduleEvidence:
    """The current schedule."""

    created_at: datetime
    paused: bool = False
    revision: int | None = None
    """The revision of the task that made it; None if it starts something else."""
    next_at: datetime | None = None
    """The first instant that it has not processed yet."""
    missed: int = 0
    """How many instants came up past the catch-up window since its creation, by its own count."""
    remaining: int | None = None
    """How many of `max_runs` are left."""


@dataclass(frozen=True)
class Evidence:
    """Everything that is known about a task except its definitions."""

    now: datetime
    revision: int
    """The task's current schedule."""
    runs: Sequence[SeenRun] = ()
    schedule: ScheduleEvidence | None = None
    taken_up_at: datetime | None = None
    """When a worker first processed the task."""
    ended_at: datetime | None = None
    end: End | None = None
    remaining: int | None = None
    """How many of `max_runs` were left when it ended."""
    frozen: str = ""
    """Which freeze holds a one-time task, as a sentence."""
