"""Upcoming runs as an iCalendar feed.

Each run is a separate event at an instant in UTC, so a calendar program needs no rules for cron
expressions, exclusions or clock changes, and shows events in its reader's time zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from anyio import CapacityLimiter
from icalendar import Calendar, Event

from onthedot import naming
from onthedot.scheduling.forecast.fleet import FleetTask, agenda
from onthedot.scheduling.wording.trigger import describe
from onthedot.service.arithmetic import Arithmetic
from onthedot.service.overview.fleet import FleetReader
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.temporal.calls import Temporal

#: How far a feed reaches.
AHEAD = timedelta(days=60)
#: The most runs of one task, and in all; the earliest are kept.
EACH = 100
MOST = 2000

_INCOMPLETE = "Not all tasks have been read yet: runs may be missing until the next refresh."
_AFRESH = timedelta(minutes=15)
_LASTS = timedelta(minutes=1)

_FEEDS = Arithmetic(CapacityLimiter(1))


class Feeds:
    """Writes feeds of upcoming runs."""

    def __init__(self, temporal: Temporal, fleet: FleetReader) -> None:
        self._temporal = temporal
        self._fleet = fleet

    async def of(self, *, tag: str = "", task_id: str = "") -> bytes:
        """The runs of the tasks with a tag, or of one task, or of all.

        Raises:
            TaskNotFound: there is no such task.
            Busy: another feed is being written.
        """
        title = tag
        if task_id:
            title = (await TaskReader(self._temporal).find(task_id)).definition.name
        # The same end for all feeds of a day.
        end = self._temporal.now().replace(hour=0, minute=0, second=0, microsecond=0) + AHEAD
        fleet = await self._fleet.tasks(tag, end + timedelta(days=1), task_id=task_id)
        return await _FEEDS.work_out(
            _written, fleet.tasks, self._temporal.now(), title, complete=fleet.complete
        )


def _written(tasks: Sequence[FleetTask], now: datetime, title: str, *, complete: bool) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//On the Dot//Runs to come//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"On the Dot: {title}" if title else "On the Dot")
    if not complete:
        calendar.add("x-wr-caldesc", _INCOMPLETE)
    calendar.add("refresh-interval", _AFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    runs = agenda(tasks, since=now, until=now + AHEAD, each=EACH, most=MOST)
    words: dict[str, str] = {}
    for at, task in runs:
        if task.id not in words:
            words[task.id] = f"{task.id}\n{describe(task.trigger, key=task.id)}"
        event = Event()
        event.add("uid", f"{task.id}-{at.strftime(naming.STAMP)}@onthedot")
        event.add("dtstamp", now)
        event.add("dtstart", at)
        event.add("duration", _LASTS)
        event.add("summary", task.name or task.id)
        event.add("description", words[task.id])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
