"""Reads calendars from the input of their workflows, `calendar:<name>`; this needs no worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.calendars.days import (
    CalendarDays,
    KnownCalendar,
    calendars_of,
    missing_calendar,
)
from onthedot.scheduling.stored.calendar_state import CalendarState
from onthedot.scheduling.trigger import Trigger

#: How many calendars are cached as they were last read.
_REMEMBERED = 200


@dataclass
class StoredCalendar:
    """A calendar as it was read; each revision is always the same object."""

    execution: str
    state: CalendarState
    _known: dict[int, KnownCalendar] = field(default_factory=dict)

    @property
    def present(self) -> KnownCalendar:
        """The current revision."""
        return self._same(self.state.known)

    def at(self, at: datetime) -> KnownCalendar:
        """The revision at an instant, or the oldest that is kept."""
        return self._same(self.state.known_at(at))

    def as_of(self, revision: int) -> KnownCalendar:
        """A revision by its number, or the nearest later one that is kept."""
        return self._same(self.state.known_as(revision))

    def _same(self, known: KnownCalendar) -> KnownCalendar:
        return self._known.setdefault(known.revision, known)


class StoredCalendars:
    """The calendars of a namespace."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._read: dict[str, StoredCalendar] = {}
        self._missing: dict[str, KnownCalendar] = {}

    async def find(self, name: str) -> StoredCalendar | None:
        """The calendar, even if deleted; None if there never was one.

        Raises RPCError if Temporal does not respond.
        """
        try:
            page = await self._client.workflow_service.get_workflow_execution_history(
                GetWorkflowExecutionHistoryRequest(
                    namespace=self._client.namespace,
                    execution=WorkflowExecution(workflow_id=naming.calendar(name)),
                    maximum_page_size=1,
                ),
                retry=True,
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None
        event = page.history.events[0]
        started = event.workflow_execution_started_event_attributes
        execution = started.original_execution_run_id
        found = self._read.get(name)
        if found is None or found.execution != execution:
            states = await self._client.data_converter.decode(
                started.input.payloads, [CalendarState]
            )
            found = StoredCalendar(execution, states[0])
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            self._read[name] = found
        not_after = found.state.not_after
        if not_after is not None and event.event_time.ToDatetime(tzinfo=UTC) > not_after:
            return None
        return found

    async def of(self, trigger: Trigger) -> CalendarDays:
        """The current days of the calendars that a trigger names; a missing calendar has no days.

        Raises RPCError if Temporal does not respond.
        """
        return await self.named(calendars_of(trigger))

    async def all_of(self, trigger: Trigger) -> CalendarDays:
        """The same, for a trigger that cannot do without them.

        Raises:
            ApplicationError: a calendar is missing; retryable, as it may come back.
        """
        calendars = await self.of(trigger)
        for name, revision in calendars.revisions.items():
            if not revision:
                raise ApplicationError(
                    f"Its trigger names the calendar {name!r}, which is missing.", type="NoCalendar"
                )
        return calendars

    async def named(self, names: Iterable[str]) -> CalendarDays:
        """The same for calendars by name."""
        known = []
        for name in names:
            found = await self.find(name)
            known.append(found.present if found else self.missing(name))
        return CalendarDays.of(known)

    def missing(self, name: str) -> KnownCalendar:
        """The stand-in for a missing calendar, always the same object."""
        if len(self._missing) >= _REMEMBERED:
            self._missing.clear()
        return self._missing.setdefault(name, missing_calendar(name))
