"""Removes a task's Temporal schedule."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError

from onthedot import naming
from onthedot.activities.backfill_stops import stop_backfills
from onthedot.activities.calendars.stored import StoredCalendars
from onthedot.activities.schedule.calls import ScheduleCalls
from onthedot.activities.schedule.due import DueOccurrences
from onthedot.activities.schedule.faults import explained
from onthedot.activities.schedule.occurrence_starts import OccurrenceStarts
from onthedot.activities.schedule.unprocessed import UnprocessedTimes
from onthedot.scheduling.stored.schedule_order import Removed, ScheduleOrder, ScheduleRemoval

_LOG = logging.getLogger("onthedot.schedule")


class RemovalActivities:
    """The activity that removes schedules."""

    def __init__(self, client: Client) -> None:
        self._calls = ScheduleCalls(client)
        self._starts = OccurrenceStarts(client)
        self._due = DueOccurrences(self._starts)
        self._calendars = StoredCalendars(client)
        self._unprocessed = UnprocessedTimes(self._calls, self._starts, self._calendars)

    @activity.defn(name=naming.REMOVE_SCHEDULE)
    async def remove(self, removal: ScheduleRemoval) -> Removed:
        """Delete the task's schedule; fine if there is none. Raises as `explained` says."""
        with explained():
            counted = removal.counted
            asked = removal.start_due or counted is not None
            found = await self._calls.find(removal.task_id) if asked else None
            if found is not None:
                found = await self._unprocessed.settled(found)
            await self._calls.remove(removal.task_id)
            if removal.deleted is not None:
                await self._stop_backfills(removal.task_id, removal.deleted)
            if found is None:
                # An attempt whose response was lost may have removed it.
                return Removed(remaining=await self._left(counted) if counted else None)
            if removal.start_due and (due := await self._unprocessed.of(found, datetime.now(UTC))):
                await self._starts.start(*due)
            return Removed(remaining=await self._unprocessed.left(found))

    async def _left(self, counted: ScheduleOrder) -> int | None:
        calendars = await self._calendars.all_of(counted.trigger)
        return await self._due.left(counted, datetime.now(UTC), calendars)

    async def _stop_backfills(self, task_id: str, registered_at: datetime) -> None:
        try:
            await stop_backfills(self._calls.client, task_id, registered_at)
        except RPCError as error:
            # A deletion does not wait for lists. Backfills notice it on their own, but later.
            _LOG.warning("the backfills of %s could not be stopped yet: %s", task_id, error)
