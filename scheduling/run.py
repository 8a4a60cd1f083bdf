"""A run: one execution of a task."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from onthedot.scheduling.values import Duration, Instant, Model


class RunStatus(StrEnum):
    """The status of a run."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    #: Its deadline passed.
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    #: Ended from outside, by an overlap policy or by Temporal's own tools.
    TERMINATED = "terminated"
    #: It did not run; the error says why.
    SKIPPED = "skipped"


class RunCause(StrEnum):
    """Why a run exists."""

    TRIGGER = "trigger"
    MANUAL = "manual"
    BACKFILL = "backfill"
    #: Another run of an earlier occurrence.
    RETRY = "retry"


class RunError(Model):
    """What went wrong in the last attempt."""

    type: str
    message: str


class AttemptMade(Model):
    """One attempt of a run."""

    attempt: int = Field(description="Its number, from 1.")
    started_at: Instant | None = Field(default=None, description="Null if that is no longer known.")
    ended_at: Instant | None = None
    error: RunError | None = Field(
        default=None, description="Null if it succeeded or is still in progress."
    )


class RunPhase(StrEnum):
    """What a run in progress is doing."""

    #: No worker has it yet.
    WAITING_FOR_WORKER = "waiting_for_worker"
    #: A worker has it, and waits until the host, or the set of commands, has room.
    WAITING_FOR_PLACE = "waiting_for_place"
    #: An attempt is in progress.
    ATTEMPTING = "attempting"
    #: An attempt failed; the next one follows.
    BACKING_OFF = "backing_off"


class Links(Model):
    """Links to other views of the object."""

    temporal_ui: str = ""


class ShortRun(Model):
    """A run as a list shows it, without its output."""

    id: str
    task_id: str = Field(description="Empty for a test of an action.")
    task_name: str = Field(default="", description="The task's name at that time.")
    status: RunStatus
    scheduled_for: Instant = Field(description="When it was due, including jitter.")
    started_at: Instant | None = None
    finished_at: Instant | None = None
    lateness: Duration | None = Field(
        default=None, description="From the due time until its first attempt started."
    )
    attempts: int = 0
    cause: RunCause = RunCause.TRIGGER
    requested_by: str = Field(
        default="", description="Who requested it: by hand, as a retry or with a backfill."
    )
    note: str = Field(default="", description="Why it was requested by hand, if that was said.")
    error: RunError | None = None
    links: Links = Links()


class Run(ShortRun):
    """A run with its output."""

    output: Any = None
    cancel_requested_by: str = Field(default="", description="Who cancelled it.")
    attempts_made: tuple[AttemptMade, ...] = Field(
        default=(),
        description="The attempts so far, oldest first. Of many, the first and the latest ones; of "
        "an activity that is retried, those that Temporal still knows.",
    )
    phase: RunPhase | None = Field(default=None, description="While it runs: what it is doing.")
    phase_since: Instant | None = Field(default=None, description="Since when.")
    attempt: int | None = Field(
        default=None, description="While it runs: the current or next attempt."
    )
    next_attempt_at: Instant | None = Field(
        default=None, description="While it waits for the next attempt: when that starts."
    )
    waiting_for: str = Field(
        default="",
        description="While it runs: what it waits for, such as a task queue that no worker polls.",
    )
