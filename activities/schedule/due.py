"""Determines which occurrences a schedule still has to run, from the runs that exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from onthedot.activities.schedule.form import catchup_window
from onthedot.activities.schedule.occurrence_starts import OccurrenceStarts
from onthedot.activities.schedule.off_loop import off_loop
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.checking.brevity import is_brief
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.stored.schedule_order import ScheduleOrder
from onthedot.scheduling.trigger import Recurring

_MOST = 1000
#: Contains so few instants that handing them to a thread would take longer.
_SHORT = timedelta(minutes=1)


@dataclass(frozen=True)
class Timetable:
    """When a task's trigger is due. `key` is the task's id, on which `H` depends."""

    trigger: Recurring
    key: str
    calendars: CalendarDays

    async def between(self, after: datetime, until: datetime) -> list[datetime]:
        """The first thousand instants after `after`, up to and including `until`."""

        def found() -> list[datetime]:
            due = occurrences(
                self.trigger, after=after, until=until, key=self.key, calendars=self.calendars
            )
            return list(islice(due, _MOST))

        if is_brief(self.trigger) and until - after <= _SHORT:
            return found()
        return await off_loop(found)


class DueOccurrences:
    """Occurrences that a new schedule has to account for."""

    def __init__(self, starts: OccurrenceStarts) -> None:
        self._starts = starts

    async def remaining(
        self, order: ScheduleOrder, now: datetime, calendars: CalendarDays
    ) -> int | None:
        """Runs that a new schedule has left of `max_runs`."""
        if _counted(order) is None:
            return _all(order)
        return await self.left(order, now, calendars)

    async def left(
        self, order: ScheduleOrder, now: datetime, calendars: CalendarDays
    ) -> int | None:
        """Runs left of `max_runs` of a schedule that is gone."""
        before = remaining_before(order)
        if before is None:
            return None
        since = order.covered_until
        due = await timetable(order, calendars).between(since, now)
        return max(0, before - await self._starts.begun(order.run, since, due))

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


def remaining_before(order: ScheduleOrder) -> int | None:
    """The runs left when `covered_until` was determined; None without a limit."""
    counted = _counted(order)
    return _all(order) if counted is None else counted


def _all(order: ScheduleOrder) -> int | None:
    limit = order.trigger.max_runs
    return limit if limit is None or order.remaining is None else order.remaining


def _counted(order: ScheduleOrder) -> int | None:
    """The runs left at the last look; None without a limit, or if the count starts again."""
    look = order.look
    if order.trigger.max_runs is None or look is None or look.revision < order.counted_from:
        return None
    return look.remaining


@dataclass(frozen=True)
class ReachBack:
    """The occurrences to pass on, and how many of them will run and count for `max_runs`."""

    missed: Sequence[datetime]
    used: int


def reach_back(
    missed: Sequence[datetime], overlap: OverlapPolicy, remaining: int | None
) -> ReachBack:
    """Cut `missed` so that at most `remaining` occurrences run.

    All are due at once, as after an outage, so the overlap policy decides which of them run.
    """
    if not missed or remaining == 0:
        return ReachBack((), 0)
    match overlap:
        case OverlapPolicy.BUFFER_ALL | OverlapPolicy.ALLOW_ALL:
            runs = len(missed)
        case OverlapPolicy.BUFFER_ONE:
            runs = min(2, len(missed))
        case _:
            runs = 1
    if remaining is not None and remaining < runs:
        return ReachBack(missed[:remaining], remaining)
    return ReachBack(missed, runs)
