"""The input of a freeze's workflow, and what runs learn from it. Stored: fields are only ever
added."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import ConfigDict

from onthedot.scheduling.freezes.freeze import FreezeDefinition
from onthedot.scheduling.values import Duration, Instant, Model


class _Stored(Model):
    model_config = ConfigDict(extra="ignore", frozen=True, validate_default=True)


class StoredFreeze(_Stored):
    """A freeze as it stands."""

    definition: FreezeDefinition
    created_at: Instant
    updated_at: Instant
    updated_by: str = ""
    lifted: bool = False
    """Deleted: all that is left to do is to release what it held."""
    held_since: Instant | None = None
    """What was held since then may still have to be released."""
    cut: bool = False
    """The change ended a window that was in force: what it held is released at once."""


class FreezeOrder(_Stored):
    """What the workflow is started with, and its memo."""

    name: str
    freeze: StoredFreeze
    not_after: Instant | None = None
    """A change that Temporal took up later than this was answered 503 and does not count."""
    previous: StoredFreeze | None = None
    """What holds then; None if there was no such freeze."""

    def as_of(self, started_at: datetime) -> StoredFreeze | None:
        """What holds, as its workflow was started then."""
        late = self.not_after is not None and started_at > self.not_after
        return self.previous if late else self.freeze


class FreezeQuestion(_Stored):
    """Whether a run may begin."""

    task_id: str
    due: Instant


class FreezeVerdict(_Stored):
    """The answer: it may begin where there is no name, and freezes are known."""

    name: str = ""
    note: str = ""
    until: Instant | None = None
    """When the window ends."""
    release_after: Duration = timedelta(0)
    """How long after that this task begins, so that not all do at once."""
    unknown: bool = False
    """The freezes cannot be read at present: it has to wait."""

    @property
    def reason(self) -> str:
        """One sentence: by what it is frozen, and why."""
        return f"Frozen by {self.name}" + (f": {self.note}" if self.note else "")


class WindowQuestion(_Stored):
    """Which window of a freeze an instant lies in, or comes next."""

    name: str
    definition: FreezeDefinition
    at: Instant


class WindowAnswer(_Stored):
    """A window; both are None if none is to come."""

    start: Instant | None = None
    end: Instant | None = None


class ReleaseOrder(_Stored):
    """Release what a freeze held since an instant."""

    name: str
    definition: FreezeDefinition
    since: Instant
    until: Instant
    """When it ended."""
    wake: bool = False
    """It ended, or was changed, before those that wait for its end knew."""
