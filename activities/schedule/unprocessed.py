"""Occurrences that a schedule had not processed when it was paused, replaced or removed.

Temporal processes a schedule a moment after each instant. When the schedule is stopped, it drops
what is due but unprocessed. Those occurrences are started directly instead. So is one that jitter
moves to after another trigger has replaced its own.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import chain

from temporalio.client import ScheduleDescription, ScheduleOverlapPolicy

from onthedot import naming
from onthedot.activities.calendars.stored import StoredCalendars
from onthedot.activities.schedule.calls import ScheduleCalls
from onthedot.activities.schedule.due import Timetable
from onthedot.activities.schedule.form import order_of
from onthedot.activities.schedule.occurrence_starts import OccurrenceStarts
from onthedot.activities.schedule.outlook import busy, due
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.stored.schedule_order import Held
from onthedot.scheduling.trigger import Recurring

#: How often to look before giving up, and the seconds between two looks: two seconds in all.
_LOOKS, _PAUSE = 40, 0.05


class UnprocessedTimes:
    """Waits for a schedule to process its occurrences, finds them, or counts them."""

    def __init__(
        self, calls: ScheduleCalls, starts: OccurrenceStarts, calendars: StoredCalendars
    ) -> None:
        self._calls = calls
        self._starts = starts
        self._calendars = calendars

    async def settled(self, found: ScheduleDescription) -> ScheduleDescription:
        """The schedule once it has processed all that is due, or after two seconds."""
        for _ in range(_LOOKS):
            if not due(found, at=datetime.now(UTC)):
                break
            await asyncio.sleep(_PAUSE)
            found = await self._calls.read_back(naming.id_in(found.id))
        return found

    async def of(
        self, found: ScheduleDescription, at: datetime
    ) -> tuple[RunOrder, list[datetime]] | None:
        """What a schedule had not processed when it was stopped at the instant `at`.

        None if that is nothing, or would have to wait for a run in progress.
        """
        written, policy = await order_of(found, self._calls.client), found.schedule.policy
        if written is None or written.trigger is None:
            return None
        if busy(found) and policy.overlap is not ScheduleOverlapPolicy.ALLOW_ALL:
            return None
        nominals = await self._nominals(due(found, at=at), written.trigger, written.task_id)
        return (written, nominals) if nominals else None

    async def moved_past(self, found: ScheduleDescription, at: datetime) -> Held | None:
        """The occurrence that was nominally due by the instant `at` and that jitter moves past it.

        None if there is none, and for a schedule that was paused.
        """
        written = await order_of(found, self._calls.client)
        if written is None or written.trigger is None or not written.trigger.jitter:
            return None
        later = [time for time in found.info.next_action_times if time > at][:1]
        if found.schedule.state.paused or not later:
            return None
        nominals = await self._nominals(later, written.trigger, written.task_id)
        return Held(nominal=nominals[0], at=later[0]) if nominals and nominals[0] <= at else None

    async def _nominals(
        self, times: list[datetime], trigger: Recurring, key: str
    ) -> list[datetime]:
        """The nominal instants of the occurrences that start at these times."""
        if not trigger.jitter:
            return times
        before = trigger.jitter + timedelta(microseconds=1)
        calendars = await self._calendars.of(trigger)
        timetable = Timetable(trigger, key, calendars)
        nominals = [(await timetable.between(time - before, time))[-1:] for time in times]
        return list(chain.from_iterable(nominals))

    async def left(self, found: ScheduleDescription) -> int | None:
        """The runs that were left to a schedule that has since been removed."""
        written, state = await order_of(found, self._calls.client), found.schedule.state
        if not state.limited_actions or written is None or written.trigger is None:
            return None
        key, at = written.task_id, datetime.now(UTC)
        # It may have started some after it was read, and on a busy server still be starting one.
        late = await self._nominals(due(found, at=at), written.trigger, key)
        begun: list[datetime] = []
        for _ in range(_LOOKS):
            begun = [nominal for nominal in late if await self._starts.exists(key, nominal)]
            if len(begun) == len(late):
                break
            await asyncio.sleep(_PAUSE)
        return max(0, state.remaining_actions - len(begun))
