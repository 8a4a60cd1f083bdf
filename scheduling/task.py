"""A task: the definition a client writes, and what an answer adds to it."""

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
    #: A run of it is going on.
    RUNNING = "running"
    #: It will not fire again: fired once, `end_at` passed, or `max_runs` used up.
    COMPLETED = "completed"
    #: One-time only: its run did not succeed.
    FAILED = "failed"
    #: It was ended by hand before it was done.
    CANCELLED = "cancelled"
    #: It is kept for the retention, and can be restored.
    DELETED = "deleted"


class Health(StrEnum):
    """How the last run of a task went that succeeded, failed or timed out."""

    HEALTHY = "healthy"
    FAILING = "failing"
    NEVER_RAN = "never_ran"


class HealthReport(Passed):
    """What a run that has ended says of its task's health. Stored."""

    health: Health
    at: Instant
    """When the run ended: of two, the later one counts."""


class TaskDefinition(Model):
    """What a client registers. Everything that a run needs, and nothing that a clock decides."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = Field(
        default="", description="Defaults to the id."
    )
    description: Annotated[str, StringConstraints(max_length=4000)] = ""
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    trigger: Trigger
    action: Action
    timeout: Duration = Field(
        default=timedelta(seconds=30),
        description="How long one attempt may take. An attempt that takes longer is ended and "
        "counts as failed.",
    )
    deadline: Duration = Field(
        default=timedelta(hours=1),
        description="How long the whole run may take: waiting for a worker, every attempt, and the "
        "pauses between them. Counts from when the run is due, or from when it began if that "
        "was later: after an outage or a pause. The run then ends as `timed_out`.",
    )
    retry: RetryPolicy = Field(
        default=RetryPolicy(),
        description="What follows when an attempt fails: how often and how soon it is tried again.",
    )
    overlap: OverlapPolicy = Field(
        default=OverlapPolicy.SKIP,
        description="What happens when an occurrence is due while an earlier run of the task is "
        "still going on. " + " ".join(f"`{policy}`: {policy.meaning}" for policy in OverlapPolicy),
    )
    catchup_window: Duration = Field(
        default=timedelta(hours=1),
        description="How late an occurrence that was missed, by an outage say, may still run. An "
        "older one does not run; the ledger names it.",
    )
    paused: bool = Field(
        default=False, description="A paused task does not fire until it is resumed."
    )
    notify: Notify | None = Field(default=None, description="Whom to notify when runs fail.")
    applied: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{0,64}$")] = Field(
        default="",
        description="Written by `onthedot apply`: a digest of the definition as it was applied, by "
        "which it sees that someone changed the task by hand since. Leave it out.",
    )


class NewTask(TaskDefinition):
    """A definition together with the id it is to have."""

    id: TaskId | None = Field(default=None, description="Made from the time if left out.")


class Task(TaskDefinition):
    """A registered task, as it is answered."""

    id: TaskId
    status: TaskStatus
    health: Health = Field(
        default=Health.NEVER_RAN,
        description="How its last run went that succeeded, failed or timed out.",
    )
    note: str = Field(default="", description="What was said when it was paused or resumed.")
    paused_until: Instant | None = None
    paused_at: Instant | None = Field(default=None, description="Since when it is paused.")
    paused_by: str = Field(default="", description="Who paused it.")
    problem: str = Field(
        default="",
        description="Why its schedule is not as the definition says; empty if it is. "
        "Until that is fixed it fires as it did before, or not at all, and `next_runs` is empty.",
    )
    next_runs: tuple[Instant, ...] = ()
    last_run: ShortRun | None = None
    created_at: Instant
    updated_at: Instant = Field(description="When its definition was last replaced.")
    updated_by: str = Field(description="By whom. A pause or a resume does not count.")
    changed_at: Instant | None = Field(
        default=None, description="Its last change of all, a pause or a resume included."
    )
    changed_by: str = ""
    deleted_at: Instant | None = Field(default=None, description="Of a deleted task.")
    deleted_by: str = ""
    revision: int
    abridged: bool = Field(
        default=False,
        description="In a list: the definition is long, and parts of it are left out here.",
    )
    warnings: tuple[str, ...] = Field(
        default=(),
        description="In the response to a registration or replacement: what currently keeps it "
        "from running.",
    )
    links: Links
