"""A recurring task as an audit keeps it in memory: small, and with when it is due next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.ledger.entries import MAX_INSTANTS
from onthedot.scheduling.trigger import Recurring

_TRIGGER: TypeAdapter[Recurring] = TypeAdapter(Recurring)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class RecurringTask:
    """One execution of a recurring task, as it was read last."""

    task_id: str
    revision: int
    created_at: datetime
    trigger: str
    """As JSON: parsed when it is due."""
    jitter: timedelta
    calendars: CalendarDays = NO_CALENDARS
    """What those that it names said when it was read."""
    changed_at: datetime | None = None
    """When it was changed last, or a calendar that it names."""
    paused: bool = False
    ended_at: datetime | None = None
    terminated: bool = False
    quiet: tuple[datetime, datetime] | None = None
    """After the first and before the second instant it is not due."""

    def due(self, since: datetime, until: datetime) -> list[datetime]:
        """The instants after `since` and up to `until`; where there is none, at no cost."""
        after, last = max(since, self.created_at), min(until, self.ended_at or until)
        if self.paused or last <= after:
            return []
        if self.quiet is not None and self.quiet[0] <= after and last < self.quiet[1]:
            return []
        trigger = _TRIGGER.validate_json(self.trigger)
        found, beyond = list[datetime](), _NEVER
        for at in occurrences(trigger, after=after, key=self.task_id, calendars=self.calendars):
            if at > last or len(found) == MAX_INSTANTS:
                beyond = at
                break
            found.append(at)
        self.quiet = min(last, beyond), beyond
        return found


def stored_trigger(trigger: Recurring) -> str:
    """A trigger as a task in memory keeps it."""
    return _TRIGGER.dump_json(trigger, exclude_defaults=True).decode()


def due(
    tasks: Iterable[RecurringTask], since: datetime, until: datetime
) -> dict[str, set[datetime]]:
    """What is due after `since` and up to `until`, by the task's id."""
    found: dict[str, set[datetime]] = {}
    for task in tasks:
        if instants := task.due(since, until):
            found.setdefault(task.task_id, set()).update(instants)
    return found
