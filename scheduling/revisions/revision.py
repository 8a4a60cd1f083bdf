"""The history of a task: who changed what of it, and when."""

from __future__ import annotations

import json
from enum import StrEnum
from itertools import islice
from typing import Any

from pydantic import ConfigDict, Field, JsonValue

from onthedot.scheduling.revisions.differences import ABSENT, changes
from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.values import Instant, Model

#: The most differences that one revision shows.
MOST_DIFFERENCES = 100

#: The longest value that a difference shows, in characters of its JSON.
LONGEST_VALUE = 2000


class RevisionKind(StrEnum):
    """What a revision changed."""

    #: The task was registered.
    CREATED = "created"
    #: Its definition was replaced.
    REPLACED = "replaced"
    #: It does not fire until it is resumed.
    PAUSED = "paused"
    #: It fires again.
    RESUMED = "resumed"
    #: An earlier definition, or the deleted task, was restored.
    RESTORED = "restored"
    #: It was deleted, and can be restored.
    DELETED = "deleted"


class Difference(Model):
    """One field of the definition, before and after. A missing value is null."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    path: str = Field(description="Such as `trigger.expression`.")
    before: JsonValue = Field(default=None, alias="from")
    after: JsonValue = Field(default=None, alias="to")


class Revision(Model):
    """One revision of a task."""

    revision: int
    at: Instant = Field(description="When it was changed.")
    by: str = Field(description="Who changed it; `pause until` if a pause ended automatically.")
    change: RevisionKind
    note: str = Field(default="", description="The note given with a pause, resume or deletion.")
    until: Instant | None = Field(
        default=None, description="When a pause ends automatically; null if it does not."
    )
    restores: int | None = Field(
        default=None, description="The revision that was restored, if this was a restore."
    )
    diff: tuple[Difference, ...] | None = Field(
        default=None,
        description=f"The differences from the revision before: at most {MOST_DIFFERENCES} "
        f"fields; values longer than {LONGEST_VALUE:,} characters are truncated to text. "
        "Null if the definition before is older than the retention.",
    )
    abridged: bool = Field(default=False, description="There are more differences than shown.")


def differences(
    before: TaskDefinition, after: TaskDefinition
) -> tuple[tuple[Difference, ...], bool]:
    """The differences between two definitions, limited; and whether there are more."""
    found = list(islice(changes(before, after), MOST_DIFFERENCES + 1))
    shown = tuple(
        Difference(path=each.path, before=_bounded(each.before), after=_bounded(each.after))
        for each in found[:MOST_DIFFERENCES]
    )
    return shown, len(found) <= MOST_DIFFERENCES


def _bounded(value: Any) -> JsonValue:
    if value is ABSENT:
        return None
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= LONGEST_VALUE:
        found: JsonValue = value
        return found
    return (value if isinstance(value, str) else text)[:LONGEST_VALUE] + "…"
