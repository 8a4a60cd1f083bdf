"""A freeze, in requests and responses: while it is in force, schedules start nothing."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from onthedot.scheduling.task import Tag
from onthedot.scheduling.trigger import Recurring
from onthedot.scheduling.values import Duration, Instant, Model


class Then(StrEnum):
    """What happens to the occurrences that a freeze kept from starting."""

    #: They do not run.
    SKIP = "skip"
    #: The last one of each task runs at the end, if that is within its catch-up window.
    HOLD = "hold"


class FreezeDefinition(Model):
    """When schedules start nothing, for which tasks, and what happens to their occurrences."""

    model_config = ConfigDict(populate_by_name=True)

    since: Instant | None = Field(
        default=None, alias="from", description="The start of a single window; by default now."
    )
    until: Instant | None = Field(default=None, description="The end of a single window.")
    trigger: Annotated[Recurring, Field(discriminator="kind")] | None = Field(
        default=None, description="When recurring windows begin; needs `duration`."
    )
    duration: Duration | None = Field(
        default=None, description="How long each recurring window lasts."
    )
    tags: tuple[Tag, ...] | Literal["all"] = Field(
        default="all", description="Tasks with at least one of these tags, or `all`."
    )
    then: Then = Field(
        default=Then.SKIP,
        description="`skip`: occurrences that come due do not run. `hold`: the last occurrence "
        "of each task runs at the end, within its catch-up window. One-time tasks are "
        "held in either case.",
    )
    note: str = Field(default="", max_length=500, description="Why, for other readers.")
    release_over: Duration = Field(
        default=timedelta(minutes=1),
        le=timedelta(days=1),
        description="The time over which held runs start at the end; `PT0S` starts all at once.",
    )

    @property
    def recurs(self) -> bool:
        """Whether it has recurring windows."""
        return self.trigger is not None


class Freeze(FreezeDefinition):
    """A registered freeze, as returned."""

    name: str
    in_force: bool = Field(description="Whether it is in force now.")
    ends_at: Instant | None = Field(default=None, description="When the current window ends.")
    next_at: Instant | None = Field(default=None, description="When the next window begins.")
    created_at: Instant
    updated_at: Instant
    updated_by: str = ""

    @property
    def version(self) -> str:
        """Differs after each change. There is no stored revision, because workers of an earlier
        release would not know it."""
        return version(self.updated_at)


def version(updated_at: datetime) -> str:
    """The version of a freeze that was updated at an instant."""
    return updated_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def release_after(task_id: str, over: timedelta) -> timedelta:
    """How long after the end of a freeze a held task begins: derived from its id, so that all of
    them spread evenly over `over`."""
    drawn = int.from_bytes(hashlib.sha256(task_id.encode()).digest()[:4], "big") / 2**32
    return timedelta(milliseconds=int(over / timedelta(milliseconds=1) * drawn))
