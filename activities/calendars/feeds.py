"""Reads iCalendar feeds, under the address rules of `http` actions."""

from __future__ import annotations

from datetime import timedelta

from onthedot.activities.attempts.failed import AttemptFailed
from onthedot.activities.calendars.refresh import FeedError
from onthedot.activities.http.activity import HttpActivities
from onthedot.scheduling.calendars.content import LONGEST_TEXT

#: How long a feed may take, redirects included.
_LONGEST = timedelta(seconds=30)


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
