"""What is due next, over all tasks."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot import naming
from onthedot.naming.queries import instant
from onthedot.scheduling.firing.occurrences import next_occurrences
from onthedot.scheduling.task import TaskStatus
from onthedot.scheduling.trigger import Trigger
from onthedot.service.arithmetic import SINGLE
from onthedot.service.calendars.lookup import calendars_for
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.rows import known_row
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.rows import first_rows

#: How many recurring tasks are examined, since Temporal cannot sort by due time.
MOST = 1000
#: Rows read at a time, so that each call ends in time on a busy server.
_PAGE = 250
#: Growing periods in which one-time tasks are searched for, until there are enough.
_SPANS = tuple(timedelta(minutes=m) for m in (1, 10, 60, 24 * 60, 30 * 24 * 60, 52_560_000))
#: How long a list of recurring tasks is cached.
_AGE = timedelta(seconds=30)


@dataclass(frozen=True, order=True)
class Due:
    """An upcoming occurrence."""

    at: datetime
    task_id: str
    name: str


@dataclass(frozen=True)
class DueNext:
    """The next occurrences; `complete` says whether all tasks were examined."""

    due: tuple[Due, ...]
    complete: bool


@dataclass(frozen=True)
class _Recurring:
    """A recurring task at one revision; its `due` instants stay valid until the next revision."""

    name: str
    trigger: Trigger
    due: Due | None


class DueReader:
    """Finds what is due next, and caches it by revision of each task."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._recurring: dict[tuple[str, int], _Recurring] = {}
        self._read: datetime | None = None
        self._complete = True

    async def next(self, count: int) -> DueNext:
        """The next `count` occurrences, one per task."""
        once = await self._once(count)
        now = self._temporal.now()
        if self._read is None or now - self._read > _AGE:
            await self._read_recurring(now)
        for key, task in self._recurring.items():
            if task.due is not None and task.due.at <= now:
                self._recurring[key] = await self._worked_out(key[0], task.name, task.trigger, now)
        recurring = [task.due for task in self._recurring.values() if task.due is not None]
        return DueNext(tuple(heapq.nsmallest(count, [*once, *recurring])), self._complete)

    def forget(self) -> None:
        """Read everything again at the next call."""
        self._read = None

    async def _once(self, count: int) -> list[Due]:
        found: list[Due] = []
        for span in _SPANS:
            now = self._temporal.now()
            query = (
                f"{TaskFilter(kind='once', status=TaskStatus.SCHEDULED).query(now)} "
                f"AND {naming.DUE.name} <= {instant(now + span)}"
            )
            found = []
            for execution in await first_rows(self._temporal, query, limit=_PAGE):
                at = execution.typed_search_attributes.get(naming.DUE)
                row = await known_row(execution)
                if at is not None and row is not None:
                    task_id = naming.id_in(execution.id)
                    found.append(Due(at, task_id, row.definition.name))
            if len(found) >= count:
                break
        return found

    async def _read_recurring(self, now: datetime) -> None:
        query = (
            f"{TaskFilter(status=TaskStatus.SCHEDULED).query(now)} AND {naming.KIND.name} != 'once'"
        )
        current: dict[tuple[str, int], _Recurring] = {}
        token: bytes | None = None
        while True:
            listed = self._temporal.client.list_workflows(
                query, page_size=_PAGE, next_page_token=token
            )
            await self._temporal.ask(listed.fetch_next_page())
            for execution in listed.current_page or ():
                row = await known_row(execution)
                if row is None:
                    continue
                task_id = naming.id_in(execution.id)
                key, definition = (task_id, row.revision), row.definition
                current[key] = self._recurring.get(key) or await self._worked_out(
                    task_id, definition.name, definition.trigger, now
                )
            token = listed.next_page_token
            if not token or len(current) >= MOST:
                break
        self._recurring, self._read, self._complete = current, now, not token

    async def _worked_out(
        self, task_id: str, name: str, trigger: Trigger, now: datetime
    ) -> _Recurring:
        calendars = await calendars_for(self._temporal, trigger)
        found = await SINGLE.work_out(
            next_occurrences, trigger, after=now, count=1, key=task_id, calendars=calendars
        )
        return _Recurring(name, trigger, Due(found[0], task_id, name) if found else None)
