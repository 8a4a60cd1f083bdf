"""A freeze: while it lasts, nothing begins by schedule. What a client writes, and what it reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from onthedot.scheduling.task import Tag
from onthedot.scheduling.trigger import Recurring
from onthedot.scheduling.values import Duration, Instant, Model

#: What a freeze is called: its address in REST, and part of its id in Temporal.
FreezeName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$"), Field(examples=["year-end"])
]


class Then(StrEnum):
    """What becomes of the occurrences that a freeze kept from starting."""

    #: They do not run.
    SKIP = "skip"
    #: The last one of each task runs at the end, if that is within its catch-up window.
    HOLD = "hold"


class FreezeDefinition(Model):
    """When nothing begins, of which tasks, and what becomes of it."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, populate_by_name=True
    )

    since: Instant | None = Field(
        default=None, alias="from", description="Of a single window; by default now."
    )
    until: Instant | None = Field(default=None, description="When a single window ends.")
    trigger: Annotated[Recurring, Field(discriminator="kind")] | None = Field(
        default=None, description="When windows begin that come again, with their `duration`."
    )
    duration: Duration | None = Field(default=None, description="How long each of them lasts.")
    tags: tuple[Tag, ...] | Literal["all"] = Field(
        default="all", description="Tasks with at least one of these tags, or `all`."
    )
    then: Then = Field(
        default=Then.SKIP,
        description="`skip`: what was due does not run. `hold`: the last occurrence of each task "
        "runs at the end, within its catch-up window. A one-time task is held in either case.",
    )
    note: str = Field(default="", max_length=500, description="Why, for other readers.")
    release_over: Duration = Field(
        default=timedelta(minutes=1),
        le=timedelta(days=1),
        description="Over how long held runs are started at the end; `PT0S` starts all at once.",
    )

    @property
    def recurs(self) -> bool:
        """Whether it has windows that come again."""
        return self.trigger is not None


class Freeze(FreezeDefinition):
    """A registered freeze, as it is answered."""

    name: str
    in_force: bool = Field(description="Whether it lasts at present.")
    ends_at: Instant | None = Field(
        default=None, description="When the window ends that lasts at present."
    )
    next_at: Instant | None = Field(default=None, description="When its next window begins.")
    created_at: Instant
    updated_at: Instant
    updated_by: str = ""

    @property
    def version(self) -> str:
        """Another one after each change. Stores no revision, which a worker of an earlier release
        would not know."""
        return version(self.updated_at)


def version(updated_at: datetime) -> str:
    """What stands for a freeze as it is since an instant."""
    return updated_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
