"""Lists the instants of a trigger for a workflow, which must not do zone arithmetic itself."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.activities.schedule.faults import explained
from onthedot.activities.schedule.off_loop import off_loop
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.stored.backfill import Occurrences, OccurrencesWanted
from onthedot.scheduling.stored.task_row import TaskRow


class OccurrenceActivities:
    """The activities that list occurrences."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=naming.LIST_OCCURRENCES)
    async def list_occurrences(self, wanted: OccurrencesWanted) -> Occurrences:
        """At most `count` occurrences after `after`, none later than `until`.

        None at all where the task that they belong to was deleted. Raises as `explained` says.
        """
        with explained():
            return await self._found(wanted)

    async def _found(self, wanted: OccurrencesWanted) -> Occurrences:
        if wanted.registered_at and not await self._is_there(wanted.key, wanted.registered_at):
            return Occurrences(instants=(), gone=True)
        return Occurrences(instants=await off_loop(_listed, wanted))

    async def _is_there(self, task_id: str, registered_at: datetime) -> bool:
        """Whether the task that was registered then is still there, and not just its id."""
        handle = self._client.get_workflow_handle(naming.task_workflow(task_id))
        try:
            found = await handle.describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        if found.typed_search_attributes.get(naming.STATUS) == naming.State.DELETED:
            return False
        row = await found.memo_value(naming.TASK_MEMO, None, type_hint=TaskRow)
        return row is not None and row.created_at == registered_at


def _listed(wanted: OccurrencesWanted) -> tuple[datetime, ...]:
    found = occurrences(wanted.trigger, after=wanted.after, until=wanted.until, key=wanted.key)
    return tuple(islice(found, wanted.count))
