"""A recurring task as an audit caches it: small, and with its next due instant."""

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
    """One execution of a recurring task, as it was last read."""

    task_id: str
    revision: int
    created_at: datetime
    trigger: str
    """As JSON, parsed when it is due."""
    jitter: timedelta
    calendars: CalendarDays = NO_CALENDARS
    """The calendars that it names, as they were when it was read."""
    changed_at: datetime | None = None
    """When it, or a calendar that it names, was last changed."""
    paused: bool = False
    ended_at: datetime | None = None
    terminated: bool = False
    quiet: tuple[datetime, datetime] | None = None
    """It is not due between these two instants."""

    def due(self, since: datetime, until: datetime) -> list[datetime]:
        """The instants after `since` and up to `until`; costs nothing if there is none."""
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
    """A trigger in the form that a cached task keeps."""
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
