"""The effect of a change: the instants gained and lost in the next 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from onthedot.client.call import Call
from onthedot.client.calls.runs import preview_trigger
from onthedot.scheduling.firing.edit_preview import compare
from onthedot.scheduling.task import Task, TaskDefinition, TaskStatus

#: How far ahead instants are compared.
SPAN = timedelta(days=30)

#: The most instants of one preview.
_MOST = 1000


@dataclass(frozen=True)
class InstantChanges:
    """Instants gained and lost in the next 30 days, or up to `until` if there are more than a
    preview returns."""

    gained: tuple[datetime, ...]
    lost: tuple[datetime, ...]
    until: datetime | None

    def __bool__(self) -> bool:
        return bool(self.gained or self.lost)


def asked(before: Task, after: TaskDefinition) -> tuple[Call[Any] | None, Call[Any] | None]:
    """The previews to request; None for a side that does not fire."""
    fires = not before.paused and before.status in (TaskStatus.SCHEDULED, TaskStatus.RUNNING)
    return (
        preview_trigger(before.trigger, count=_MOST, task_id=before.id) if fires else None,
        None if after.paused else preview_trigger(after.trigger, count=_MOST, task_id=before.id),
    )


def concerned(before: Task, after: TaskDefinition) -> bool:
    """Whether the change can affect any instant."""
    over = before.status not in (TaskStatus.SCHEDULED, TaskStatus.PAUSED, TaskStatus.RUNNING)
    return over or before.trigger != after.trigger or before.paused != after.paused


def found(before: Sequence[datetime], after: Sequence[datetime], now: datetime) -> InstantChanges:
    """The difference between the instants of the two previews."""
    end = min([now + SPAN, *(runs[-1] for runs in (before, after) if len(runs) == _MOST)])
    compared = compare(
        [at for at in before if at <= end], [at for at in after if at <= end], count=_MOST + 1
    )
    return InstantChanges(compared.gained, compared.lost, None if end == now + SPAN else end)
