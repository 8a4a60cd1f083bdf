"""What Temporal shows of a task, beside what its definition says: the ledger's second source."""

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
    """The instant that it is the run of."""
    opened: datetime
    closed: datetime | None = None

    @property
    def triggered(self) -> bool:
        """Whether the task's own clock started it."""
        return self.run.cause is RunCause.TRIGGER

    @property
    def retried(self) -> bool:
        """Whether it is a retry of the instant."""
        return self.run.cause is RunCause.RETRY


@dataclass(frozen=True)
class ScheduleEvidence:
    """The schedule as it is at present."""

    created_at: datetime
    paused: bool = False
    revision: int | None = None
    """The revision of the task that made it; None if it starts something else."""
    next_at: datetime | None = None
    """The first instant that it has not come to yet."""
    missed: int = 0
    """How many it says came up past the catch-up window, since it was created."""
    remaining: int | None = None
    """How many of `max_runs` are left."""


@dataclass(frozen=True)
class Evidence:
    """Everything that is known of a task but its definitions."""

    now: datetime
    revision: int
    """The task's present one."""
    runs: Sequence[SeenRun] = ()
    schedule: ScheduleEvidence | None = None
    taken_up_at: datetime | None = None
    """When a worker first saw the task."""
    ended_at: datetime | None = None
    end: End | None = None
    remaining: int | None = None
    """How many of `max_runs` were left when it ended."""
    frozen: str = ""
    """By which freeze a one-time task is held, as a sentence."""
