"""Calendars in words, and merging two edits of one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from onthedot.scheduling.calendars.content import CalendarContent
from onthedot.scheduling.calendars.resolved import ResolvedDays
from onthedot.scheduling.stored.calendar_state import CalendarRow, CalendarState
from onthedot.service.calendars.calendars import FoundCalendar
from onthedot.ui.pages.calendars.merging import content_differences, merged
from onthedot.ui.pages.calendars.trouble import pill_of
from onthedot.ui.pages.calendars.wording import said

_CONTENT: TypeAdapter[CalendarContent] = TypeAdapter(CalendarContent)


def _content(**fields: Any) -> CalendarContent:
    return _CONTENT.validate_python(fields)


def _dates(*days: str) -> CalendarContent:
    return _content(kind="dates", dates=days)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "holidays", "country": "it"}, "Holidays of Italy"),
        (
            {"kind": "holidays", "country": "DE", "subdivision": "BY"},
            "Holidays of Germany, Bayern (BY)",
        ),
        (
            {"kind": "holidays", "country": "IT", "categories": ["public", "half_day"]},
            "Holidays of Italy (also half day)",
        ),
        ({"kind": "weekly", "days": ["sat", "sun"]}, "Every Saturday and Sunday"),
        ({"kind": "dates", "dates": ["2026-12-24/2026-12-26"]}, "2026-12-24 to 2026-12-26"),
        ({"kind": "ics", "text": "BEGIN"}, "Events of a pasted text"),
        ({"kind": "any_of", "calendars": ["a", "b", "c"]}, "Days of a, b or c"),
    ],
)
def test_what_it_is_made_of_is_said(fields: dict[str, Any], words: str) -> None:
    assert said(_content(**fields)) == words


def test_days_that_two_people_changed_are_put_together() -> None:
    base = _dates("2027-01-01", "2027-01-02")
    theirs, mine = (
        _dates("2027-01-01", "2027-03-01"),
        _dates("2027-01-01", "2027-01-02", "2027-05-01"),
    )
    assert merged(base, theirs, mine) == _dates("2027-01-01", "2027-03-01", "2027-05-01")
    assert merged(base, theirs, _content(kind="weekly", days=["sat"])) is None
    assert merged(base, theirs, base) == theirs
    assert merged(_dates("2027-01-01"), _dates("2027-01-02"), _dates("2027-01-02")) == _dates(
        "2027-01-02"
    )


def test_fields_that_two_people_changed_clash_or_do_not() -> None:
    base = _content(kind="holidays", country="IT")
    part = _content(kind="holidays", country="IT", subdivision="MI")
    more = _content(kind="holidays", country="IT", categories=["public", "half_day"])
    both = _content(
        kind="holidays", country="IT", subdivision="MI", categories=["public", "half_day"]
    )
    assert merged(base, part, more) == both
    assert merged(base, part, _content(kind="holidays", country="IT", subdivision="RM")) is None
    assert [each.path for each in content_differences(base, both)] == ["subdivision", "categories"]


@pytest.mark.parametrize(
    ("row", "waiting", "label", "tone"),
    [
        ({}, 0, "Up to date", "green"),
        ({}, 1, "1 user waiting", "amber"),
        ({"problem": "It was not read yet."}, 0, "Not read yet", "amber"),
        ({"problem": "no connection", "checked_at": "now"}, 3, "Feed not read", "red"),
    ],
)
def test_what_is_wrong_with_one_is_seen_in_the_list(
    row: dict[str, Any], waiting: int, label: str, tone: str
) -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    state = CalendarState(
        name="it",
        content=_content(kind="ics", url="https://example.com/a.ics"),
        resolved=ResolvedDays(),
        created_at=now,
        updated_at=now,
    )
    given = {**row, "checked_at": now} if "checked_at" in row else row
    found = FoundCalendar(state, CalendarRow.of(state).model_copy(update=given), 3, waiting)
    assert pill_of(found)[:2] == (label, tone)
