"""What a run is started with, and what it leaves behind. Stored: fields only get added."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from onthedot.scheduling.action import StoredAction
from onthedot.scheduling.notify import Notify
from onthedot.scheduling.policy import RetryPolicy
from onthedot.scheduling.run import RunCause, RunError, RunStatus
from onthedot.scheduling.trigger import Recurring
from onthedot.scheduling.values import Duration, Instant, Model


class RunOrder(Model):
    """Everything that a run needs to be carried out, and nothing else."""

    task_id: str
    name: str
    revision: int
    action: StoredAction
    timeout: Duration
    deadline: Duration
    retry: RetryPolicy
    jitter: Duration = timedelta(0)
    cause: RunCause = RunCause.TRIGGER
    scheduled_for: Instant | None = None
    """When it is due; None where Temporal's schedule says it."""
    trigger: Recurring | None = None
    """Asked whether the instant is a true one, past `exact_until`."""
    exact_until: Instant | None = None
    """Up to here the schedule is known to hold no false instant."""
    notify: Notify | None = None
    kind: str = ""
    """Of the task's trigger; empty for a test of an action."""


class RunOutcome(Model):
    """How a run ended."""

    status: RunStatus
    scheduled_for: Instant
    started_at: Instant
    finished_at: Instant
    lateness: Duration
    attempts: int
    output: Any = None
    error: RunError | None = None


class RunMemo(Model):
    """The part of an outcome that a list shows, kept beside the run where a list can read it."""

    scheduled_for: Instant
    started_at: Instant
    lateness: Duration
    attempts: int
    error: RunError | None = None


class RunRecord(Model):
    """One line of the execution log."""

    task: str
    run: str
    cause: RunCause
    kind: str = ""
    action: str
    revision: int
    status: RunStatus
    scheduled_for: Instant
    started_at: Instant
    finished_at: Instant
    lateness: Duration
    attempts: int
    input_bytes: int = 0
    output_bytes: int = 0
    error: RunError | None = None
