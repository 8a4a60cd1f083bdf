"""The nominal instants of one trigger, computed off the event loop unless they are few."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from onthedot.activities.schedule.off_loop import off_loop
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.checking.brevity import is_brief
from onthedot.scheduling.firing.occurrences import occurrences
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
