"""The latest definitions of a task, for its ledger. Stored: fields are only ever added."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.trigger import Trigger
from onthedot.scheduling.values import Duration, Instant, Model

#: How many of its latest definitions a task keeps for its ledger.
JOURNAL_LENGTH = 50


class JournalEntry(Model):
    """A definition of the trigger, in force from `since` until the next entry."""

    revision: int
    since: Instant
    trigger: Trigger
    paused: bool
    overlap: OverlapPolicy = OverlapPolicy.SKIP
    catchup_window: Duration = timedelta(hours=1)
    calendars: dict[str, int] = Field(default_factory=dict)
    """The revisions of the calendars that it used, as far as they are known."""
    made_at: Instant | None = None
    """When the change was made; `since` may be later. None from earlier releases."""
    made_by: str = ""
    kind: str = ""
    """What the change did, as `Change.word` has it, or `created`."""
