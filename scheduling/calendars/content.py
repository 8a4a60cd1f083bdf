"""The content of a calendar, as clients define it. Stored: fields are only ever added."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from onthedot.scheduling.trigger import CalendarName
from onthedot.scheduling.values import Model


class CalendarError(ValueError):
    """A calendar whose days cannot be computed: the field at fault, and the fix."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


#: The longest feed or text.
LONGEST_TEXT = 512 * 1024

#: A local date, or a range of them with both ends included.
DateOrRange = Annotated[
    str, Field(min_length=10, max_length=21, examples=["2026-12-24", "2027-01-01/2027-01-06"])
]


class Weekday(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class DatesCalendar(Model):
    """Days that are listed one by one, or in ranges."""

    kind: Literal["dates"] = "dates"
    dates: tuple[DateOrRange, ...] = Field(min_length=1, max_length=2000)


class HolidaysCalendar(Model):
    """The holidays of a country, or of a part of it, from the `holidays` library."""

    kind: Literal["holidays"] = "holidays"
    country: str = Field(
        min_length=2, max_length=3, description="ISO 3166-1 code.", examples=["IT"]
    )
    subdivision: str | None = Field(
        default=None, min_length=1, max_length=40, description="A part of the country, such as BY."
    )
    categories: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = Field(
        default=("public",), min_length=1, max_length=20
    )


class WeeklyCalendar(Model):
    """The same days of every week."""

    kind: Literal["weekly"] = "weekly"
    days: tuple[Weekday, ...] = Field(min_length=1, max_length=7)


class IcsCalendar(Model):
    """The days on which an iCalendar has events: a text, or a feed that a worker reads daily."""

    kind: Literal["ics"] = "ics"
    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)] | None = None
    url: Annotated[str, StringConstraints(min_length=1, max_length=2048)] | None = Field(
        default=None, examples=["https://calendar.example.com/closing-days.ics"]
    )


class AnyOfCalendar(Model):
    """Every day that any of several other calendars names."""

    kind: Literal["any_of"] = "any_of"
    calendars: tuple[CalendarName, ...] = Field(min_length=1, max_length=20)


CalendarContent = Annotated[
    DatesCalendar | HolidaysCalendar | WeeklyCalendar | IcsCalendar | AnyOfCalendar,
    Field(discriminator="kind"),
]


def feed_of(content: CalendarContent) -> str | None:
    """The URL of the feed that a worker reads; None if there is none."""
    return content.url if isinstance(content, IcsCalendar) else None
