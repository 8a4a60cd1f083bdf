"""The input of a freeze's workflow, and its messages. Stored: fields are only ever added."""

from __future__ import annotations

from datetime import datetime, timedelta

from onthedot.scheduling.freezes.freeze import FreezeDefinition
from onthedot.scheduling.values import Duration, Instant, Passed


class StoredFreeze(Passed):
    """A freeze with its state."""

    definition: FreezeDefinition
    created_at: Instant
    updated_at: Instant
    updated_by: str = ""
    lifted: bool = False
    """Deleted: it only has to release what it held."""
    held_since: Instant | None = None
    """Since when held occurrences may still have to be released."""
    cut: bool = False
    """The change ended the current window: what it held is released immediately."""


class FreezeOrder(Passed):
    """The input of the workflow, and its memo."""

    name: str
    freeze: StoredFreeze
    not_after: Instant | None = None
    """A change that Temporal accepted later than this was answered 503, and does not count."""
    previous: StoredFreeze | None = None
    """What applies in that case; None if there was no such freeze."""

    def as_of(self, started_at: datetime) -> StoredFreeze | None:
        """What applies, given when its workflow started."""
        late = self.not_after is not None and started_at > self.not_after
        return self.previous if late else self.freeze


class FreezeQuestion(Passed):
    """Asks whether a run may begin."""

    task_id: str
    due: Instant


class FreezeVerdict(Passed):
    """The answer: the run may begin if there is no name, and the freezes are known."""

    name: str = ""
    note: str = ""
    until: Instant | None = None
    """When the window ends."""
    release_after: Duration = timedelta(0)
    """How long after that this task begins, so that not all begin at once."""
    unknown: bool = False
    """The freezes cannot be read at present, so the run has to wait."""

    @property
    def reason(self) -> str:
        """One sentence: which freeze, and why."""
        return f"Frozen by {self.name}" + (f": {self.note}" if self.note else "")


class WindowQuestion(Passed):
    """Asks for the window of a freeze that contains an instant, or the next one."""

    name: str
    definition: FreezeDefinition
    at: Instant


class WindowAnswer(Passed):
    """A window; both fields are None if there is none."""

    start: Instant | None = None
    end: Instant | None = None


class ReleaseOrder(Passed):
    """Asks for the release of what a freeze held since an instant."""

    name: str
    definition: FreezeDefinition
    since: Instant
    until: Instant
    """When it ended."""
    wake: bool = False
    """It ended or changed before the tasks that wait for its end could know."""
