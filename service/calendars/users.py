"""Who uses a calendar: tasks, and calendars that include it."""

from __future__ import annotations

from dataclasses import dataclass

from onthedot import naming
from onthedot.activities.calendars.users import users_query
from onthedot.scheduling.search import calendar_label
from onthedot.service.tasks.rows import known_row
from onthedot.service.temporal.calls import Temporal

#: How many are named.
MOST_NAMED = 100


@dataclass(frozen=True)
class CalendarUser:
    """A task, or a calendar, that uses a calendar."""

    id: str
    name: str
    is_task: bool
    waits: bool
    """It still goes by an earlier revision."""


async def users_of(temporal: Temporal, name: str, revision: int) -> list[CalendarUser]:
    """The first hundred users of a calendar, by name."""
    listed = temporal.client.list_workflows(users_query(name), limit=MOST_NAMED)
    latest, found = calendar_label(name, revision), []
    with temporal.translated():
        async for execution in listed:
            is_task = execution.workflow_type == naming.TASK
            user_id = naming.id_in(execution.id)
            row = await known_row(execution) if is_task else None
            labels = execution.typed_search_attributes.get(naming.LABELS) or ()
            user_name = row.definition.name if row else user_id
            found.append(CalendarUser(user_id, user_name, is_task, latest not in labels))
    return sorted(found, key=lambda user: (not user.is_task, user.name.casefold()))
