"""Determines which occurrences a schedule still has to run, from the runs that exist."""

from __future__ import annotations

from datetime import datetime

from onthedot.activities.schedule.form import catchup_window
from onthedot.activities.schedule.occurrence_starts import OccurrenceStarts
from onthedot.activities.schedule.timetable import Timetable
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.stored.schedule_order import ScheduleOrder


class DueOccurrences:
    """Occurrences that a new schedule has to account for."""

    def __init__(self, starts: OccurrenceStarts) -> None:
        self._starts = starts

    async def remaining(
        self, order: ScheduleOrder, now: datetime, calendars: CalendarDays
    ) -> int | None:
        """Runs left of `max_runs`, determined without a schedule."""
        look = order.look
        if order.trigger.max_runs is None:
            return None
        if look is None or look.revision < order.counted_from or look.remaining is None:
            return order.trigger.max_runs if order.remaining is None else order.remaining
        since = order.covered_until
        due = await timetable(order, calendars).between(since, now)
        return max(0, look.remaining - await self._starts.begun(order.run, since, due))

    async def missed(
        self, order: ScheduleOrder, now: datetime, calendars: CalendarDays
    ) -> list[datetime]:
        """The occurrences that should have run by now, did not, and still may."""
        task_id = order.run.task_id
        since = max(order.covered_until, now - catchup_window(order))
        latest = await self._starts.latest(task_id, since) if order.look else None
        after = max(since, latest or since)
        missed = await timetable(order, calendars).between(after, now)
        while order.look and missed and await self._starts.exists(task_id, missed[0]):
            missed.pop(0)
        return missed


def timetable(order: ScheduleOrder, calendars: CalendarDays) -> Timetable:
    """The instants at which the order's trigger fires."""
    return Timetable(order.trigger, order.run.task_id, calendars)
