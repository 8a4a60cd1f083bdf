"""Starts occurrences that a schedule does not start by itself any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from temporalio.client import ScheduleBackfill, ScheduleDescription

from onthedot.activities.schedule.calls import ScheduleCalls
from onthedot.activities.schedule.due import reach_back
from onthedot.activities.schedule.form import OVERLAP
from onthedot.activities.schedule.occurrence_starts import OccurrenceStarts
from onthedot.activities.schedule.outlook import started
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.stored.schedule_order import ScheduleOrder


class DirectStarts:
    """Starts that count like those of the schedule."""

    def __init__(self, calls: ScheduleCalls, starts: OccurrenceStarts) -> None:
        self._calls = calls
        self._starts = starts

    async def start(
        self, run: RunOrder, nominals: Sequence[datetime], found: ScheduleDescription
    ) -> ScheduleDescription:
        """Start those that have no run yet and that `max_runs` allows, whatever else is in
        progress; returns the schedule as it is then."""
        all_of_them = OverlapPolicy.ALLOW_ALL
        found, nominals = await self.deducted(run.task_id, nominals, all_of_them, found)
        await self._starts.start(run, nominals)
        return found

    async def pass_on(
        self, order: ScheduleOrder, nominals: Sequence[datetime], found: ScheduleDescription
    ) -> ScheduleDescription:
        """Have the schedule start those, so that its overlap policy applies to them and the next
        ones; returns it as it is then. It must run the same definition."""
        task_id, overlap, jitter = order.run.task_id, order.overlap, order.trigger.jitter
        found, nominals = await self.deducted(task_id, nominals, overlap, found)
        if not nominals:
            return found
        last = nominals[-1]
        moved = await self._calls.jittered(task_id, last, jitter=jitter) if jitter else None
        backfill = ScheduleBackfill(nominals[0], moved or last, overlap=OVERLAP[overlap])
        await self._calls.client.get_schedule_handle(found.id).backfill(backfill)
        found = await self._calls.read_back(task_id)
        dropped = overlap is OverlapPolicy.SKIP and not started(found).intersection(nominals)
        if dropped and found.schedule.state.limited_actions:
            found = await self._calls.give_back(found, 1)
        return found

    async def deducted(
        self,
        task_id: str,
        nominals: Sequence[datetime],
        overlap: OverlapPolicy,
        found: ScheduleDescription,
    ) -> tuple[ScheduleDescription, Sequence[datetime]]:
        """Deduct those that will run from what is left of `max_runs`, before the schedule could use
        up all of it; returns the schedule as it is then, and those that have to be started."""
        nominals = [each for each in nominals if not await self._starts.exists(task_id, each)]
        if not nominals or not found.schedule.state.limited_actions:
            return found, nominals
        found, left = await self._calls.deduct(found, reach_back(nominals, overlap, None).used)
        nominals = reach_back(nominals, overlap, left).missed
        # An update makes Temporal start what jitter moved past its last look, and deduct it.
        if twice := started(found).intersection(nominals):
            found = await self._calls.give_back(found, len(twice))
        return found, [each for each in nominals if each not in twice]
