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


class RunError(Model):
    """What went wrong in the last attempt."""

    type: str
    message: str


class Links(Model):
    """Where else this can be looked at."""

    temporal_ui: str = ""


class ShortRun(Model):
    """A run as a list shows it, without its output."""

    id: str
    task_id: str = Field(description="Empty for a test of an action.")
    status: RunStatus
    scheduled_for: Instant = Field(description="When it was due; the end of the jitter window.")
    started_at: Instant | None = None
    finished_at: Instant | None = None
    lateness: Duration | None = Field(
        default=None, description="From due until its first attempt started."
    )
    attempts: int = 0
    cause: RunCause = RunCause.TRIGGER
    error: RunError | None = None
    links: Links = Links()


class Run(ShortRun):
    """A run with what it gave back."""

    output: Any = None
    waiting_for: str = Field(
        default="", description="While it runs: what it waits for, such as a queue nobody polls."
    )
