"""Lists a trigger's instants for workflows, which must not do zone arithmetic, and detects an
instant at which a schedule fired although the task was not due.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from temporalio import activity
from temporalio.client import Client

from onthedot import naming
from onthedot.activities.calendars.stored import StoredCalendars
from onthedot.activities.missing import missing_ok
from onthedot.activities.schedule.faults import explained
from onthedot.activities.schedule.off_loop import off_loop
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.firing.occurrences import next_occurrences, occurrences
from onthedot.scheduling.stored.backfill import Occurrences, OccurrencesWanted
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.stored.task_row import TaskRow


class OccurrenceActivities:
    """The activities that list occurrences."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._calendars = StoredCalendars(client)

    @activity.defn(name=naming.LIST_OCCURRENCES)
    async def list_occurrences(self, wanted: OccurrencesWanted) -> Occurrences:
        """At most `count` occurrences after `after`, none later than `until`.

        Empty if their task was deleted. Raises as `explained` says.
        """
        with explained():
            return await self._found(wanted)

    async def _found(self, wanted: OccurrencesWanted) -> Occurrences:
        if wanted.registered_at and not await self._is_there(wanted.key, wanted.registered_at):
            return Occurrences(instants=(), gone=True)
        calendars = await self._calendars.of(wanted.trigger)
        return Occurrences(instants=await off_loop(_listed, wanted, calendars))

    @activity.defn(name=naming.CHECK_OCCURRENCE)
    async def check_occurrence(self, order: RunOrder) -> str:
        """Why the order's instant is not one of its trigger's; empty if it is."""
        if order.trigger is None or order.scheduled_for is None:
            return ""
        nominal = order.scheduled_for - order.jitter
        following = await off_loop(
            next_occurrences,
            order.trigger,
            after=nominal - timedelta(microseconds=1),
            count=1,
            key=order.task_id,
            calendars=await self._calendars.of(order.trigger),
        )
        if following and following[0] == nominal:
            return ""
        return (
            f"{nominal.isoformat()} is not an occurrence of the task in {order.trigger.timezone}: "
            f"the schedule fired next to a clock change. The true instants around it are not "
            f"affected."
        )

    async def _is_there(self, task_id: str, registered_at: datetime) -> bool:
        """Whether that same task still exists, not another one under its id."""
        handle = self._client.get_workflow_handle(naming.task_workflow(task_id))
        with missing_ok:
            found = await handle.describe()
            deleted = found.typed_search_attributes.get(naming.STATUS) == naming.State.DELETED
            row = await found.memo_value(naming.TASK_MEMO, None, type_hint=TaskRow)
            return not deleted and row is not None and row.created_at == registered_at
        return False


def _listed(wanted: OccurrencesWanted, calendars: CalendarDays) -> tuple[datetime, ...]:
    found = occurrences(
        wanted.trigger,
        after=wanted.after,
        until=wanted.until,
        key=wanted.key,
        calendars=calendars,
    )
    return tuple(islice(found, wanted.count))
