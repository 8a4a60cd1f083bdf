"""Starts occurrences in place of a schedule that cannot start them any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from temporalio.client import ScheduleDescription

from onthedot.activities.schedule.calls import ScheduleCalls
from onthedot.activities.schedule.occurrence_starts import OccurrenceStarts
from onthedot.scheduling.stored.run_order import RunOrder


class DirectStarts:
    """Starts that count like those of the schedule."""

    def __init__(self, calls: ScheduleCalls, starts: OccurrenceStarts) -> None:
        self._calls = calls
        self._starts = starts

    async def start(
        self, run: RunOrder, nominals: Sequence[datetime], found: ScheduleDescription
    ) -> ScheduleDescription:
        """Start those that have no run yet and that `max_runs` allows; returns the schedule as it
        is then.

        They are deducted first: meanwhile the schedule could use up all that is left.
        """
        if found.schedule.state.limited_actions:
            nominals = [
                each for each in nominals if not await self._starts.exists(run.task_id, each)
            ]
            found, taken = await self._calls.deduct(found, len(nominals))
            nominals = nominals[:taken]
        await self._starts.start(run, nominals)
        return found
