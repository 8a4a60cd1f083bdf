"""A backfill: runs of past occurrences. Stored."""

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

#: How many runs are in progress at once if they may overlap.
SIDE_BY_SIDE = 20


class BackfillStatus(StrEnum):
    """The status of a backfill."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class BackfillOrder(Model):
    """What a backfill does, and its progress when it continues as new."""

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
    """When its task was registered; None in a backfill of an earlier release."""


class BackfillStop(Passed):
    """Ends the backfills of a deleted task; their runs in progress finish."""

    registered_at: Instant
    """When the deleted task was registered: its id may have been registered again."""


class OccurrencesWanted(Model):
    """Asks for the occurrences of a trigger after an instant, up to and including another."""

    trigger: Recurring
    key: str
    after: Instant
    until: Instant
    count: int
    registered_at: Instant | None = None
    """When the task was registered that must still exist; None to skip this check."""


class Occurrences(Passed):
    """Instants, ascending."""

    instants: tuple[Instant, ...]
    gone: bool = False
    """Whether their task was deleted."""


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

    model_config = ConfigDict(extra="forbid", validate_by_name=True, serialize_by_alias=True)

    start: Instant = Field(alias="from")
    end: Instant = Field(alias="to")
    id: str
    task_id: str
    status: BackfillStatus
    links: Links = Links()
