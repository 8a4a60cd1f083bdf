"""Changes to a registered task, and their effect. Stored: fields are only ever added."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from onthedot.scheduling.stored.task_state import TaskState, max_runs
from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.values import Instant, Model


class ChangeKind(StrEnum):
    """The kinds of changes."""

    REPLACE = "replace"
    PAUSE = "pause"
    RESUME = "resume"
    DELETE = "delete"


class Change(Model):
    """A change to a task, with its expiry, so that it cannot take effect unexpectedly late."""

    kind: ChangeKind
    by: str
    not_after: Instant
    expected_revision: int | None = None
    definition: TaskDefinition | None = None
    note: str = Field(default="", max_length=500)
    until: Instant | None = None
    restores: int | None = None
    """The revision whose definition is restored."""

    @property
    def word(self) -> str:
        """The word for it in the task's revisions."""
        return "restored" if self.restores is not None else _WORDS[self.kind]


_WORDS = {
    ChangeKind.REPLACE: "replaced",
    ChangeKind.PAUSE: "paused",
    ChangeKind.RESUME: "resumed",
    ChangeKind.DELETE: "deleted",
}


class RefusedChange(StrEnum):
    """Why a task refused a change: the type of the error."""

    EXPIRED = "Expired"
    REVISION = "RevisionMismatch"
    STATE = "WrongState"
    DELETED = "Deleted"
    #: It was accepted, but is not in force yet: the schedule could not be reconciled.
    NOT_YET = "NotInForce"


def apply_change(state: TaskState, change: Change, *, at: datetime) -> TaskState:
    """The state after a change that was accepted at `at`; deletion is not a change of state."""
    definition, until = state.definition, state.paused_until
    remaining, counted_from, covered_until, occurs_after = (
        state.remaining,
        state.counted_from,
        state.covered_until,
        state.occurs_after,
    )
    defined_at: datetime | None
    defined_at, defined_by = state.defined
    paused_at, paused_by = state.paused_at, state.paused_by
    if change.kind is ChangeKind.REPLACE:
        assert change.definition is not None
        defined_at, defined_by = None, ""
        if max_runs(change.definition) != max_runs(definition):
            remaining, counted_from = max_runs(change.definition), state.revision + 1
        if state.due is not None:
            covered_until = occurs_after = at
        definition = change.definition
        until = until if definition.paused else None
        if not state.definition.paused or not definition.paused:
            paused_at, paused_by = (at, change.by) if definition.paused else (None, "")
    elif change.kind is ChangeKind.PAUSE:
        definition, until = definition.model_copy(update={"paused": True}), change.until
        paused_at, paused_by = at, change.by
    elif change.kind is ChangeKind.RESUME:
        definition, until = definition.model_copy(update={"paused": False}), None
        paused_at, paused_by = None, ""
    return state.model_copy(
        update={
            "definition": definition,
            "paused_until": until,
            "remaining": remaining,
            "counted_from": counted_from,
            "covered_until": covered_until,
            "occurs_after": occurs_after,
            "revision": state.revision + 1,
            "updated_at": at,
            "updated_by": change.by,
            "defined_at": defined_at,
            "defined_by": defined_by,
            "paused_at": paused_at,
            "paused_by": paused_by,
            "note": change.note if change.kind is not ChangeKind.REPLACE else state.note,
        }
    ).journalled(change.word)
