"""Requests and responses of the calls on runs, backfills and actions."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, Field

from onthedot.scheduling.action import Action
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.stored.backfill import Backfill
from onthedot.scheduling.values import Duration, Instant, Model

#: `POST /actions/test` waits for the run, so its attempt is bounded.
LONGEST_TEST = timedelta(minutes=5)


class RunPage(BaseModel):
    """A page of runs."""

    items: list[ShortRun]
    next_cursor: str | None = Field(
        default=None, description="For the next page; null on the last one."
    )


class BackfillRequest(Model):
    """Which occurrences to run."""

    start: Instant = Field(alias="from", description="The first one at or after it.")
    end: Instant = Field(alias="to", description="The last one at or before it.")
    overlap: OverlapPolicy | None = Field(
        default=None,
        description="`buffer_all` or `allow_all`; the task's own if it is one of them, else "
        "`buffer_all`.",
    )


class BackfillList(BaseModel):
    """The latest backfills of a task."""

    items: list[Backfill]


class ActionTest(Model):
    """An action to run once."""

    action: Action = Field(examples=[{"kind": "log", "message": "just a test"}])
    timeout: Duration = Field(
        default=timedelta(seconds=30),
        gt=timedelta(0),
        le=LONGEST_TEST,
        description="Of the one attempt; five minutes at most.",
    )
