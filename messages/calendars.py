"""Requests and responses of the calls on calendars."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter

from onthedot.messages import IGNORED
from onthedot.scheduling.calendars.content import (
    AnyOfCalendar,
    CalendarContent,
    DatesCalendar,
    HolidaysCalendar,
    IcsCalendar,
    WeeklyCalendar,
)
from onthedot.scheduling.trigger import CalendarName
from onthedot.scheduling.values import Instant, Model


class CalendarFacts(BaseModel):
    """What a response says about a calendar in addition to its content."""

    name: CalendarName
    revision: int = Field(description="Of its content and its days together.")
    updated_at: Instant = Field(description="When its content or its days last changed.")
    updated_by: str
    checked_at: Instant | None = Field(
        default=None, description="When its days were last recomputed, for instance from a feed."
    )
    problem: str = Field(
        default="",
        description="Why its days could not be recomputed; the previous ones still apply.",
    )
    known_until: date | None = Field(
        default=None, description="The last day that it covers; null if it has no end."
    )
    users: int | None = Field(
        default=None, description="How many tasks and calendars use it; null in a list."
    )
    waiting: int | None = Field(
        default=None, description="How many of them still use an earlier revision."
    )


class DatesAnswer(CalendarFacts, DatesCalendar):
    """A calendar of listed days."""


class HolidaysAnswer(CalendarFacts, HolidaysCalendar):
    """A calendar of holidays."""


class WeeklyAnswer(CalendarFacts, WeeklyCalendar):
    """A calendar of days of the week."""


class IcsAnswer(CalendarFacts, IcsCalendar):
    """A calendar of events."""


class AnyOfAnswer(CalendarFacts, AnyOfCalendar):
    """A calendar of calendars."""


CalendarAnswer = Annotated[
    DatesAnswer | HolidaysAnswer | WeeklyAnswer | IcsAnswer | AnyOfAnswer,
    Field(discriminator="kind"),
]


class _ReadOnly(Model):
    """Fields of responses, ignored in requests."""

    name: Any = IGNORED
    revision: Any = IGNORED
    updated_at: Any = IGNORED
    updated_by: Any = IGNORED
    checked_at: Any = IGNORED
    problem: Any = IGNORED
    known_until: Any = IGNORED
    users: Any = IGNORED
    waiting: Any = IGNORED


class DatesBody(_ReadOnly, DatesCalendar):
    """Listed days, one by one or in ranges."""


class HolidaysBody(_ReadOnly, HolidaysCalendar):
    """The holidays of a country."""


class WeeklyBody(_ReadOnly, WeeklyCalendar):
    """Days of every week."""


class IcsBody(_ReadOnly, IcsCalendar):
    """Days with events."""


class AnyOfBody(_ReadOnly, AnyOfCalendar):
    """The days of several calendars."""


CalendarBody = Annotated[
    DatesBody | HolidaysBody | WeeklyBody | IcsBody | AnyOfBody, Field(discriminator="kind")
]

_CONTENT = (DatesCalendar, HolidaysCalendar, WeeklyCalendar, IcsCalendar, AnyOfCalendar)
_ANSWER: TypeAdapter[CalendarAnswer] = TypeAdapter(CalendarAnswer)


def content_of(body: CalendarBody) -> CalendarContent:
    """The part of a body that is stored."""
    kind = next(kind for kind in _CONTENT if isinstance(body, kind))
    return kind.part_of(body)


def answered(content: CalendarContent, facts: CalendarFacts) -> CalendarAnswer:
    """A calendar in a response."""
    return _ANSWER.validate_python({**dict(content), **dict(facts)})


class CalendarList(BaseModel):
    """All calendars, by name. There is one page of them."""

    items: list[CalendarAnswer]
    next_cursor: str | None = None


class CalendarDay(BaseModel):
    """A day of a calendar."""

    date: date
    name: str = Field(examples=["Christmas Day"])


class CalendarDayList(BaseModel):
    """The days of a calendar in a period, both ends included."""

    name: CalendarName
    items: list[CalendarDay]
    known_until: date | None = None
