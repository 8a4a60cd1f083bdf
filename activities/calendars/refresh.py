"""Recomputes the days of a calendar from its feed, other calendars or a new release.

A failure leaves the calendar as it was, and says why.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from temporalio import activity
from temporalio.client import Client

from onthedot import naming
from onthedot.activities.attempts.failed import AttemptFailed
from onthedot.activities.calendars.stored import StoredCalendars
from onthedot.activities.http.activity import HttpActivities
from onthedot.activities.schedule.off_loop import off_loop
from onthedot.scheduling.calendars.content import (
    LONGEST_TEXT,
    AnyOfCalendar,
    CalendarContent,
    CalendarError,
    feed_of,
)
from onthedot.scheduling.calendars.resolve import resolve
from onthedot.scheduling.calendars.resolved import ResolvedDays
from onthedot.scheduling.calendars.source import source_of
from onthedot.scheduling.stored.calendar_state import CalendarRefresh, Refreshed

_LONGEST_PROBLEM = 500

#: How long a feed may take, redirects included.
_LONGEST = timedelta(seconds=30)


class FeedError(Exception):
    """A feed that could not be read; the message says why."""


class Feeds(Protocol):
    """Reads feeds under the address rules of `http` actions."""

    async def read(self, url: str) -> str:
        """The text at a URL. Raises FeedError."""


class RefreshActivities:
    """The activity that recomputes days."""

    def __init__(self, client: Client, feeds: Feeds) -> None:
        self._stored = StoredCalendars(client)
        self._feeds = feeds

    @activity.defn(name=naming.REFRESH_CALENDAR)
    async def refresh(self, wanted: CalendarRefresh) -> Refreshed:
        """Recompute the days of a calendar; returns them only if they changed."""
        found = await self._stored.find(wanted.name)
        if found is None or found.state.deleted or found.state.revision != wanted.revision:
            return Refreshed()
        state, today = found.state, datetime.now(UTC).date()
        content, source = state.content, source_of(state.content, today=today)
        same_days = feed_of(content) is None and not isinstance(content, AnyOfCalendar)
        if source == state.source and same_days:
            return Refreshed(source=source)
        try:
            resolved, calendars = await self._resolved(content, today)
        except (CalendarError, FeedError) as error:
            return Refreshed(source=state.source, problem=str(error)[:_LONGEST_PROBLEM])
        changed = None if resolved == state.resolved else resolved
        return Refreshed(resolved=changed, source=source, calendars=calendars)

    async def _resolved(
        self, content: CalendarContent, today: date
    ) -> tuple[ResolvedDays, dict[str, int]]:
        """The days, and the revisions of the calendars that they come from."""
        text: str | None = None
        parts: dict[str, ResolvedDays] = {}
        revisions: dict[str, int] = {}
        if (url := feed_of(content)) is not None:
            text = await self._feeds.read(url)
        if isinstance(content, AnyOfCalendar):
            for name in content.calendars:
                part = await self._stored.find(name)
                if part is None or part.state.deleted:
                    raise CalendarError("calendars", f"the calendar {name!r} is gone.")
                parts[name], revisions[name] = part.state.resolved, part.state.revision
        found = await off_loop(resolve, content, today=today, parts=parts, text=text)
        return found, revisions


class HttpFeeds:
    """Reads feeds with the HTTP client of the `http` actions."""

    def __init__(self, http: HttpActivities) -> None:
        self._http = http

    async def read(self, url: str) -> str:
        """The text at a URL. Raises FeedError."""
        try:
            answer = await self._http.get(url, within=_LONGEST, at_most=LONGEST_TEXT)
        except AttemptFailed as error:
            raise FeedError(error.message) from None
        if not answer.whole:
            raise FeedError(f"The feed is longer than {LONGEST_TEXT} bytes, or incomplete.")
        return answer.text
