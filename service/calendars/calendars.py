"""The use cases of calendars: list, read, write, delete, and list their days."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date

from temporalio.client import WorkflowExecutionStatus

from onthedot import naming
from onthedot.activities.calendars.users import users_query, waiting_query
from onthedot.scheduling.calendars.content import CalendarContent
from onthedot.scheduling.calendars.days import KnownCalendar
from onthedot.scheduling.calendars.resolved import days_between
from onthedot.scheduling.errors import (
    CalendarChanged,
    CalendarInUse,
    CalendarNotFound,
    FieldProblem,
    InvalidDefinition,
)
from onthedot.scheduling.firing.clock_changes import date_of
from onthedot.scheduling.stored.calendar_state import CalendarChange, CalendarRow, CalendarState
from onthedot.service.calendars.changes import execute
from onthedot.service.calendars.resolving import NOT_READ, resolved_content, stored_calendar
from onthedot.service.calendars.starting import started
from onthedot.service.temporal.calls import Temporal

#: The most calendars in a list, which has only one page.
MOST_CALENDARS = 1000
#: How many users of a calendar an error names if it cannot be deleted.
_NAMED = 20
_PAGE = 1000
#: How many calendars are read at once.
_AT_ONCE = 10
#: The longest span of days that is listed, in days.
_LONGEST_SPAN = 10 * 366
_GONE = "Its workflow was ended in Temporal: its last days still apply. PUT the calendar again."


@dataclass(frozen=True)
class FoundCalendar:
    """A calendar and its users."""

    state: CalendarState
    row: CalendarRow
    users: int | None = None
    waiting: int | None = None


class Calendars:
    """The calendars that triggers can name."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    async def all(self, *, counted: bool = False) -> list[FoundCalendar]:
        """Every calendar, by name; the number of users only if `counted`."""
        turns = asyncio.Semaphore(_AT_ONCE)

        async def one(name: str) -> FoundCalendar | None:
            async with turns:
                found = await self._look(name)
                return await self._counted(found) if found and counted else found

        found = await asyncio.gather(*map(one, await self.names()))
        return [one for one in found if one is not None]

    async def names(self) -> list[str]:
        """The names of the calendars, in order."""
        query = (
            f"WorkflowType = '{naming.CALENDAR}' AND ExecutionStatus = 'Running' "
            f"AND {naming.STATUS.name} != '{naming.State.DELETED}'"
        )
        listed = self._temporal.client.list_workflows(query, page_size=_PAGE, limit=MOST_CALENDARS)
        with self._temporal.translated():
            return sorted([naming.id_in(row.id) async for row in listed])

    async def get(self, name: str) -> FoundCalendar:
        """One calendar, and the number of its users. Raises CalendarNotFound."""
        found = await self._look(name)
        if found is None:
            raise CalendarNotFound(name)
        return await self._counted(found)

    async def put(
        self,
        name: str,
        content: CalendarContent,
        *,
        by: str,
        if_match: int | None = None,
        new: bool = False,
    ) -> tuple[FoundCalendar, bool]:
        """Create a calendar or replace its content; also returns whether it was created.

        Unchanged content keeps the revision. With `new`, nothing is ever replaced.

        Raises:
            InvalidDefinition: the content is invalid.
            CalendarNotFound: there is none, and `if_match` names a revision.
            CalendarChanged: it is at another revision.
            NoWorker.
        """
        resolved = await resolved_content(self._temporal, name, content)
        while True:
            stored = await stored_calendar(self._temporal, name)
            if stored is None:
                if if_match is not None:
                    raise CalendarNotFound(name)
                if await started(self._temporal, name, content, resolved, by=by):
                    return await self.get(name), True
                continue
            present = stored.state
            if new or if_match not in (None, present.revision):
                raise CalendarChanged(name, present.revision)
            if present.content == content and present.problem != NOT_READ:
                return await self.get(name), False
            change = CalendarChange(
                by=by,
                not_after=self._temporal.expiry(),
                expected_revision=if_match,
                content=content,
                # Until a worker has read the new feed, the previous days apply.
                resolved=present.resolved if resolved.problem else resolved.days,
                source=resolved.source,
                problem=resolved.problem,
                calendars=dict(resolved.calendars),
            )
            if await execute(self._temporal, name, change) is not None:
                return await self.get(name), False
            # It has just ended, or was ended with Temporal's own tools.
            if await started(self._temporal, name, content, resolved, by=by):
                return await self.get(name), False

    async def delete(self, name: str, *, by: str, if_match: int | None = None) -> None:
        """Delete a calendar that nothing uses. Raises CalendarNotFound, CalendarInUse,
        CalendarChanged, NoWorker."""
        found = await self.get(name)
        if if_match not in (None, found.state.revision):
            raise CalendarChanged(name, found.state.revision)
        if found.users:
            raise CalendarInUse(name, await self._users(name), found.users)
        change = CalendarChange(
            by=by, not_after=self._temporal.expiry(), expected_revision=if_match
        )
        if await execute(self._temporal, name, change) is None:
            raise CalendarNotFound(name)

    async def days(
        self, name: str, first: date, last: date
    ) -> tuple[KnownCalendar, list[tuple[date, tuple[str, ...]]]]:
        """The days of a calendar from one to another, both included, with their names.

        Raises:
            CalendarNotFound.
            InvalidDefinition: the period is empty, or longer than ten years.
        """
        span = days_between(first, last)
        if not span or len(span) > _LONGEST_SPAN:
            message = "must not be before `from`, nor more than ten years after it"
            raise InvalidDefinition(FieldProblem("until", message))
        stored = await stored_calendar(self._temporal, name)
        if stored is None:
            raise CalendarNotFound(name)
        known = stored.present
        return known, [(date_of(day), known.names_of(day)) for day in span if day in known]

    async def _look(self, name: str) -> FoundCalendar | None:
        stored = await stored_calendar(self._temporal, name)
        if stored is None:
            return None
        execution = await self._temporal.described(naming.calendar(name))
        if execution is None:
            return None
        row = await execution.memo_value(naming.CALENDAR_MEMO, None, type_hint=CalendarRow)
        row = row or CalendarRow.of(stored.state)
        if execution.status not in (
            WorkflowExecutionStatus.RUNNING,
            WorkflowExecutionStatus.CONTINUED_AS_NEW,
        ):
            row = row.model_copy(update={"problem": _GONE})
        return FoundCalendar(stored.state, row)

    async def _counted(self, found: FoundCalendar) -> FoundCalendar:
        name, revision = found.state.name, found.state.revision
        users = await self._temporal.count(users_query(name))
        waiting = await self._temporal.count(waiting_query(name, revision)) if users else 0
        return replace(found, users=users, waiting=waiting)

    async def _users(self, name: str) -> list[str]:
        listed = self._temporal.client.list_workflows(users_query(name), limit=_NAMED)
        with self._temporal.translated():
            return sorted([naming.id_in(row.id) async for row in listed])
