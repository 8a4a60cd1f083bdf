"""A backfill: the occurrences of a past span, run again or for the first time. Stored."""

from __future__ import annotations

from enum import StrEnum

from pydantic import ConfigDict, Field

from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import Links
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.trigger import Recurring
from onthedot.scheduling.values import Instant, Model, Passed

#: The most occurrences of one backfill.
MAX_OCCURRENCES = 10_000

#: How many runs go on at once where they may overlap.
SIDE_BY_SIDE = 20


class BackfillStatus(StrEnum):
    """The status of a backfill."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class BackfillOrder(Model):
    """What a backfill does, and how far it is when it continues as new."""

    token: str
    run: RunOrder
    trigger: Recurring
    start: Instant
    end: Instant
    overlap: OverlapPolicy
    total: int
    done: int = 0
    after: Instant | None = None
    """Occurrences up to here have been run."""
    registered_at: Instant | None = None
    """When the task was registered that it belongs to; none in a backfill of an earlier release."""


class BackfillStop(Passed):
    """Tells the backfills of a task that it was deleted: they let their runs finish, and end."""

    registered_at: Instant
    """Of the deleted task: an id may have been registered again."""


class OccurrencesWanted(Model):
    """Asks for the occurrences of a trigger after an instant, up to and including another."""

    trigger: Recurring
    key: str
    after: Instant
    until: Instant
    count: int
    registered_at: Instant | None = None
    """Of the task that has to be there still; none to ask for no task."""


class Occurrences(Passed):
    """Instants, ascending."""

    instants: tuple[Instant, ...]
    gone: bool = False
    """The task that they belong to was deleted."""


class BackfillProgress(Passed):
    """What a list shows of a backfill."""

    start: Instant
    end: Instant
    overlap: OverlapPolicy
    total: int
    done: int
    requested_by: str = Field(default="", description="Who requested it.")
    stopped: bool = Field(default=False, description="Its task was deleted before it was done.")


class Backfill(BackfillProgress):
    """A backfill, as returned."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_by_name=True, serialize_by_alias=True
    )

    start: Instant = Field(alias="from")
    end: Instant = Field(alias="to")
    id: str
    task_id: str
    status: BackfillStatus
    links: Links = Links()
