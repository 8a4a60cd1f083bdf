"""An occurrence that jitter moves to after the creation of its schedule, or its replacement.

A new schedule counts nominal instants from its creation, and one with another trigger does not know
them, so neither starts this occurrence. Only the last one before can be held: jitter ends at the
next nominal instant. The task waits for its time.

One that is held since the creation is deducted from `max_runs` at once, so that later ones do not
take its turn while a busy worker comes to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio.client import ScheduleDescription

from onthedot.activities.schedule.calls import ScheduleCalls
from onthedot.activities.schedule.direct_starts import DirectStarts
from onthedot.activities.schedule.due import timetable
from onthedot.activities.schedule.occurrence_starts import OccurrenceStarts
from onthedot.activities.schedule.outlook import busy
from onthedot.activities.schedule.unprocessed import UnprocessedTimes
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.stored.schedule_order import Applied, Held, ScheduleOrder

_SECOND = timedelta(seconds=1)


class HeldOccurrences:
    """Finds a held occurrence, and starts it at its time."""

    def __init__(
        self,
        calls: ScheduleCalls,
        starts: OccurrenceStarts,
        direct: DirectStarts,
        unprocessed: UnprocessedTimes,
    ) -> None:
        self._calls = calls
        self._starts = starts
        self._direct = direct
        self._unprocessed = unprocessed

    async def taken_from(
        self, nominals: list[datetime], order: ScheduleOrder, *, after: datetime
    ) -> Held | None:
        """Remove and return the last nominal instant if jitter moves it past `after`."""
        jitter = order.trigger.jitter
        if not nominals or not jitter:
            return None
        last = nominals[-1]
        at = await self._calls.jittered(order.run.task_id, last, jitter=jitter)
        if at is None or at <= after:
            return None
        return Held(nominal=nominals.pop(), at=at)

    async def deducted(
        self, held: Held | None, order: ScheduleOrder, found: ScheduleDescription
    ) -> tuple[ScheduleDescription, Held | None]:
        """Deduct what is held from what is left of `max_runs`; returns the schedule as it is then,
        and what is still held."""
        if held is None or not found.schedule.state.limited_actions:
            return found, held
        task_id, overlap = order.run.task_id, order.overlap
        found, left = await self._direct.deducted(task_id, [held.nominal], overlap, found)
        return found, held.model_copy(update={"deducted": True}) if left else None

    async def left_by(
        self,
        found: ScheduleDescription,
        order: ScheduleOrder,
        calendars: CalendarDays,
        *,
        since: datetime,
    ) -> Held | None:
        """What the schedule as it was found would have started after `since`, when the order
        replaced it, and the order's does not start."""
        held = None if order.paused else await self._unprocessed.moved_past(found, since)
        return None if held is None or await _is_known(held, order, calendars) else held

    async def released(
        self,
        held: Held,
        order: ScheduleOrder,
        found: ScheduleDescription,
        calendars: CalendarDays,
        *,
        at: datetime,
    ) -> tuple[ScheduleDescription, Held | None]:
        """Start the occurrence if its time has come; returns the schedule as it is then, and what
        is still held.

        It is dropped where the schedule would drop it: while paused, or for a run in progress.
        """
        if at < held.at:
            return found, held
        if await self._starts.exists(order.run.task_id, held.nominal):
            # An attempt is repeated, which must not give back again.
            return found, None
        if held.deducted:
            # Without an update just before, Temporal would deduct what is passed on to it.
            found = await self._calls.give_back(found, 1)
        state = found.schedule.state
        used_up = state.limited_actions and not state.remaining_actions
        if order.paused or used_up or (busy(found) and order.overlap.runs_one):
            return found, None
        if await _is_known(held, order, calendars):
            return await self._direct.pass_on(order, [held.nominal], found), None
        return await self._direct.start(order.run, [held.nominal], found), None


async def _is_known(held: Held, order: ScheduleOrder, calendars: CalendarDays) -> bool:
    """Whether the order's own trigger names the occurrence."""
    return bool(await timetable(order, calendars).between(held.nominal - _SECOND, held.nominal))


def with_held(applied: Applied, held: Held | None) -> Applied:
    """Make the task wake up for the held occurrence, and not finish before."""
    if held is None:
        return applied
    wake_at = held.at if applied.wake_at is None else min(applied.wake_at, held.at)
    return applied.model_copy(update={"held": held, "wake_at": wake_at, "finished": False})
