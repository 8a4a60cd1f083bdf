"""A task: the definition from a client, and what responses add."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from onthedot.scheduling.action import Action
from onthedot.scheduling.notify import Notify
from onthedot.scheduling.policy import OverlapPolicy, RetryPolicy
from onthedot.scheduling.run import Links, ShortRun
from onthedot.scheduling.trigger import Trigger
from onthedot.scheduling.values import Duration, Instant, Model, Passed, TaskId

Tag = Annotated[str, StringConstraints(pattern=r"^[^\s,]{1,64}$"), Field(examples=["reports"])]


class TaskStatus(StrEnum):
    """What a task is doing."""

    #: It will fire at its next instant.
    SCHEDULED = "scheduled"
    #: It does not fire until it is resumed.
    PAUSED = "paused"
    #: A run of it is in progress.
    RUNNING = "running"
    #: It will not fire again: fired once, `end_at` passed, or `max_runs` used up.
    COMPLETED = "completed"
    #: One-time only: its run did not succeed.
    FAILED = "failed"
    #: It was ended manually before it was finished.
    CANCELLED = "cancelled"
    #: It is kept for the retention, and can be restored.
    DELETED = "deleted"


class Health(StrEnum):
    """The outcome of a task's last run that succeeded, failed or timed out."""

    HEALTHY = "healthy"
    FAILING = "failing"
    NEVER_RAN = "never_ran"


class HealthReport(Passed):
    """What an ended run reports about its task's health. Stored."""

    health: Health
    at: Instant
    """When the run ended; of two reports, the later one counts."""


class TaskDefinition(Model):
    """What a client registers: everything that a run needs."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = Field(
        default="", description="Defaults to the id."
    )
    description: Annotated[str, StringConstraints(max_length=4000)] = ""
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    trigger: Trigger
    action: Action
    timeout: Duration = Field(
        default=timedelta(seconds=30),
        description="The time limit of one attempt. An attempt that takes longer is ended and "
        "fails.",
    )
    deadline: Duration = Field(
        default=timedelta(hours=1),
        description="The time limit of the whole run: waiting for a worker, every attempt, and "
        "the pauses between them. Counts from the due time, or from the start of the run "
        "if that was later, as after an outage or a pause. The run then ends as "
        "`timed_out`.",
    )
    retry: RetryPolicy = Field(
        default=RetryPolicy(),
        description="How often and how soon a failed attempt is retried.",
    )
    overlap: OverlapPolicy = Field(
        default=OverlapPolicy.SKIP,
        description="What happens when an occurrence is due while an earlier run of the task is "
        "still in progress. "
        + " ".join(f"`{policy}`: {policy.meaning}" for policy in OverlapPolicy),
    )
    catchup_window: Duration = Field(
        default=timedelta(hours=1),
        description="How late a missed occurrence may still run, for instance after an outage. "
        "Older ones do not run; the ledger lists them.",
    )
    paused: bool = Field(
        default=False, description="A paused task does not fire until it is resumed."
    )
    notify: Notify | None = Field(default=None, description="Whom to notify when runs fail.")
    applied: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{0,64}$")] = Field(
        default="",
        description="Set by `onthedot apply`: a digest of the applied definition, to detect "
        "changes made by hand since. Leave it out.",
    )


class NewTask(TaskDefinition):
    """A definition with its id."""

    id: TaskId | None = Field(default=None, description="Generated from the time if left out.")


class Task(TaskDefinition):
    """A registered task, as returned."""

    id: TaskId
    status: TaskStatus
    health: Health = Field(
        default=Health.NEVER_RAN,
        description="The outcome of its last run that succeeded, failed or timed out.",
    )
    note: str = Field(default="", description="The note of the last pause or resume.")
    paused_until: Instant | None = None
    paused_at: Instant | None = Field(default=None, description="When it was paused.")
    paused_by: str = Field(default="", description="Who paused it.")
    problem: str = Field(
        default="",
        description="Why its schedule does not match the definition; empty if it does. Until "
        "that is fixed it fires as before, or not at all, and `next_runs` is empty.",
    )
    next_runs: tuple[Instant, ...] = ()
    last_run: ShortRun | None = None
    created_at: Instant
    updated_at: Instant = Field(description="When its definition was last replaced.")
    updated_by: str = Field(description="Who replaced it. Pauses and resumes do not count.")
    changed_at: Instant | None = Field(
        default=None, description="Its last change of any kind, including pauses and resumes."
    )
    changed_by: str = ""
    deleted_at: Instant | None = Field(default=None, description="Of a deleted task.")
    deleted_by: str = ""
    revision: int
    abridged: bool = Field(
        default=False,
        description="In a list: the definition is long, so parts are left out.",
    )
    warnings: tuple[str, ...] = Field(
        default=(),
        description="In the response to a registration or replacement: what currently keeps it "
        "from running.",
    )
    links: Links
