"""The nominal instants of one trigger, computed off the event loop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from onthedot.activities.schedule.off_loop import off_loop
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.trigger import Recurring

_MOST = 1000


@dataclass(frozen=True)
class Timetable:
    """When a task's trigger is due. `key` is the task's id, on which `H` depends."""

    trigger: Recurring
    key: str
    calendars: CalendarDays

    async def between(self, after: datetime, until: datetime) -> list[datetime]:
        """The instants after one up to and including another; the first thousand at most."""

        def found() -> list[datetime]:
            due = occurrences(
                self.trigger, after=after, until=until, key=self.key, calendars=self.calendars
            )
            return list(islice(due, _MOST))

        return await off_loop(found)
