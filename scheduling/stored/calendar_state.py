"""The state of a calendar, and its changes. Stored: fields are only ever added."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from onthedot.scheduling.calendars.content import CalendarContent
from onthedot.scheduling.calendars.days import KnownCalendar, missing_calendar
from onthedot.scheduling.calendars.resolved import ResolvedDays
from onthedot.scheduling.trigger import CalendarName
from onthedot.scheduling.values import Instant, Model, Passed

#: How many earlier revisions a calendar keeps for ledgers, and how many runs of days they have in
#: all.
EARLIER_KEPT = 20
_MOST_RUNS_KEPT = 20_000


class CalendarRevision(Model):
    """The days that a calendar named at one revision."""

    revision: int
    since: Instant
    resolved: ResolvedDays


class CalendarState(Model):
    """A calendar. Each change of its days or its content is a revision."""

    name: CalendarName
    content: CalendarContent
    resolved: ResolvedDays
    revision: int = 1
    created_at: Instant
    updated_at: Instant
    """When its content or its days last changed."""
    updated_by: str = ""
    checked_at: Instant | None = None
    """When its days were last checked, for example by reading a feed."""
    source: str = ""
    """The source of the days, if it may give other days later."""
    problem: str = ""
    """Why the days could not be recomputed; the previous days apply."""
    calendars: dict[str, int] = Field(default_factory=dict)
    """The revisions of the calendars that `any_of` combined."""
    earlier: tuple[CalendarRevision, ...] = ()
    """Oldest first."""
    deleted: bool = False
    not_after: Instant | None = None
    """A creation that Temporal accepted later than this was answered 503, and does not count."""
    users_to_tell: bool = False
    """Its users may not have been notified of the last revision."""

    @property
    def known(self) -> KnownCalendar:
        """The current revision."""
        if self.deleted:
            return missing_calendar(self.name)
        return KnownCalendar(self.name, self.revision, self.resolved)

    def known_at(self, at: datetime) -> KnownCalendar:
        """The revision at an instant, or the oldest that is kept."""
        if at < self.updated_at:
            reached = [one for one in self.earlier if one.since <= at]
            kept = reached[-1:] or list(self.earlier[:1])
            if kept:
                return KnownCalendar(self.name, kept[0].revision, kept[0].resolved)
        return self.known

    def known_as(self, revision: int) -> KnownCalendar:
        """A revision by its number, or the nearest later one that is kept."""
        for one in self.earlier:
            if one.revision >= revision:
                return KnownCalendar(self.name, one.revision, one.resolved)
        return self.known

    def changed(
        self,
        *,
        resolved: ResolvedDays,
        at: datetime,
        by: str,
        content: CalendarContent | None = None,
    ) -> CalendarState:
        """The state with other days, one revision later."""
        before = CalendarRevision(
            revision=self.revision, since=self.updated_at, resolved=self.resolved
        )
        earlier = [*self.earlier, before][-EARLIER_KEPT:]
        while len(earlier) > 1 and _runs(earlier) > _MOST_RUNS_KEPT:
            earlier.pop(0)
        return self.model_copy(
            update={
                "content": content or self.content,
                "resolved": resolved,
                "revision": self.revision + 1,
                "updated_at": at,
                "updated_by": by,
                "earlier": tuple(earlier),
                "users_to_tell": True,
            }
        )


class CalendarChange(Model):
    """A change of a calendar by a caller, with its expiry."""

    by: str
    not_after: Instant
    expected_revision: int | None = None
    content: CalendarContent | None = None
    """None to delete it."""
    resolved: ResolvedDays = ResolvedDays()
    source: str = ""
    problem: str = ""
    calendars: dict[str, int] = Field(default_factory=dict)


class CalendarRefresh(Model):
    """Asks for the days of a calendar to be recomputed."""

    name: CalendarName
    revision: int


class Refreshed(Model):
    """The result of a refresh."""

    resolved: ResolvedDays | None = None
    """None if they are the same as before, or could not be computed."""
    source: str = ""
    problem: str = ""
    calendars: dict[str, int] = Field(default_factory=dict)


class UsersTold(Passed):
    """How many users of a calendar have not adopted its revision yet."""

    waiting: int
    untold: int = 0
    """How many of them there was no time to notify. None from earlier releases."""


class CalendarRow(Passed):
    """A calendar's memo: what a list shows."""

    name: CalendarName
    kind: str
    revision: int
    updated_at: Instant
    updated_by: str = ""
    checked_at: Instant | None = None
    problem: str = ""
    known_until: date | None = None
    not_after: Instant | None = None

    @classmethod
    def of(cls, state: CalendarState) -> CalendarRow:
        """The row of a calendar in this state."""
        return cls(
            name=state.name,
            kind=state.content.kind,
            revision=state.revision,
            updated_at=state.updated_at,
            updated_by=state.updated_by,
            checked_at=state.checked_at,
            problem=state.problem,
            known_until=state.resolved.known_until,
            not_after=state.not_after,
        )


class RefusedCalendarChange(StrEnum):
    """Why a calendar refused a change: the type of the error."""

    EXPIRED = "Expired"
    REVISION = "RevisionMismatch"
    DELETED = "Deleted"


def _runs(revisions: list[CalendarRevision]) -> int:
    return sum(len(one.resolved.runs) for one in revisions)
