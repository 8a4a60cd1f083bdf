"""The days on which the events of an iCalendar fall."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import icalendar
import recurring_ical_events

from onthedot.scheduling.calendars.content import LONGEST_TEXT, CalendarError
from onthedot.scheduling.calendars.resolved import ResolvedDays, days_between

#: How far repeated events are expanded: longer than a schedule is compiled ahead.
_YEARS_BACK, _YEARS_AHEAD = 2, 9
#: More occurrences of events than this are refused.
_MOST_EVENTS = 20_000
_LONGEST_NAME = 120
_SECOND = timedelta(seconds=1)


def event_days(text: str, *, today: date, field: str) -> ResolvedDays:
    """The local days of all events from two years before this one until nine years after it.

    An event with a time covers every day that it touches, in its own zone. Events that are shown as
    free count; those with `STATUS:CANCELLED` do not.

    Raises:
        CalendarError: the text is not an iCalendar, or has too many events; it names `field`.
    """
    if len(text.encode()) > LONGEST_TEXT:
        raise CalendarError(field, f"is longer than {LONGEST_TEXT} bytes.")
    try:
        calendar = icalendar.Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError) as error:
        raise CalendarError(field, f"is not an iCalendar (RFC 5545): {error}.") from None
    if not isinstance(calendar, icalendar.Calendar) or calendar.name != "VCALENDAR":
        raise CalendarError(field, "is not an iCalendar: it must begin with BEGIN:VCALENDAR.")
    first = date(today.year - _YEARS_BACK, 1, 1)
    last = date(today.year + _YEARS_AHEAD, 12, 31)
    try:
        named = list(islice(_events(calendar, first, last), _MOST_EVENTS + 1))
    except Exception as error:
        # A malformed rule may raise any error of three libraries.
        raise CalendarError(field, f"contains an event that cannot be read: {error!r}.") from None
    if len(named) > _MOST_EVENTS:
        raise CalendarError(field, f"contains more than {_MOST_EVENTS} events until {last}.")
    return ResolvedDays.of(named, known_until=last)


def _events(calendar: icalendar.Calendar, first: date, last: date) -> Iterator[tuple[range, str]]:
    query = recurring_ical_events.of(calendar, keep_recurrence_attributes=False)
    for year in range(first.year, last.year + 1):
        for event in query.between(date(year, 1, 1), date(year + 1, 1, 1)):
            if str(event.get("STATUS", "")).upper() != "CANCELLED":
                yield _days(event), str(event.get("SUMMARY", "")).strip()[:_LONGEST_NAME]


def _days(event: Any) -> range:
    start, end = event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else None
    begins = start.date() if isinstance(start, datetime) else start
    if end is None:
        return days_between(begins, begins)
    # The end is exclusive: the last day is the day before a date, or of the second before a time.
    ends = (end - _SECOND).date() if isinstance(end, datetime) else end - timedelta(days=1)
    return days_between(begins, max(begins, ends))
