"""A run: one execution of a task."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from onthedot.scheduling.values import Duration, Instant, Model


class RunStatus(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    #: Its deadline passed.
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    #: Ended from outside without being asked, by an overlap policy or by Temporal's own tools.
    TERMINATED = "terminated"
    #: It was not to run after all; the error says why.
    SKIPPED = "skipped"


class RunCause(StrEnum):
    """Why a run exists."""

    TRIGGER = "trigger"
    MANUAL = "manual"
    BACKFILL = "backfill"
    #: A run of an occurrence that ran, or was to run, before.
    RETRY = "retry"


class RunError(Model):
    """What went wrong in the last attempt."""

    type: str
    message: str


class AttemptMade(Model):
    """One attempt of a run."""

    attempt: int = Field(description="Which one it was, from 1.")
    started_at: Instant | None = Field(
        default=None, description="Null where nothing is left that says it."
    )
    ended_at: Instant | None = None
    error: RunError | None = Field(
        default=None, description="Null if it succeeded or is still in progress."
    )


class RunPhase(StrEnum):
    """What a running run is doing."""

    #: Nobody has taken it up yet.
    WAITING_FOR_WORKER = "waiting_for_worker"
    #: A worker has it, and waits until the host, or the set of commands, has room.
    WAITING_FOR_PLACE = "waiting_for_place"
    #: An attempt goes on.
    ATTEMPTING = "attempting"
    #: An attempt failed; the next one comes.
    BACKING_OFF = "backing_off"


class Links(Model):
    """Where else this can be looked at."""

    temporal_ui: str = ""


class ShortRun(Model):
    """A run as a list shows it, without its output."""

    id: str
    task_id: str = Field(description="Empty for a test of an action.")
    task_name: str = Field(default="", description="What the task was called then.")
    status: RunStatus
    scheduled_for: Instant = Field(description="When it was due; the end of the jitter window.")
    started_at: Instant | None = None
    finished_at: Instant | None = None
    lateness: Duration | None = Field(
        default=None, description="From due until its first attempt started."
    )
    attempts: int = 0
    cause: RunCause = RunCause.TRIGGER
    requested_by: str = Field(
        default="", description="Who asked for it: by hand, as a retry or with a backfill."
    )
    error: RunError | None = None
    links: Links = Links()


class Run(ShortRun):
    """A run with what it gave back."""

    output: Any = None
    cancel_requested_by: str = Field(default="", description="Who asked that it be cancelled.")
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
        default=None, description="When the next attempt begins, while it is waited for."
    )
    waiting_for: str = Field(
        default="", description="While it runs: what it waits for, such as a queue nobody polls."
    )
