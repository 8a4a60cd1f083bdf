"""The fields for the days of a calendar, for each of the five kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError

from onthedot.scheduling.calendars.content import (
    AnyOfCalendar,
    CalendarContent,
    DatesCalendar,
    HolidaysCalendar,
    IcsCalendar,
    WeeklyCalendar,
)
from onthedot.scheduling.errors import FieldProblem
from onthedot.ui.components.fields.choices import ChecksField
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import text
from onthedot.ui.forms.fields import Fields, listed, problems_of
from onthedot.ui.forms.kind_part import KindFields, KindPart
from onthedot.ui.pages.calendars.fields.events import EventFields
from onthedot.ui.pages.calendars.fields.holiday import HolidayFields
from onthedot.ui.pages.calendars.wording import KINDS, WEEKDAYS

_MODELS: dict[str, type[CalendarContent]] = {
    "dates": DatesCalendar,
    "holidays": HolidaysCalendar,
    "weekly": WeeklyCalendar,
    "ics": IcsCalendar,
    "any_of": AnyOfCalendar,
}


class ContentPart(KindPart):
    """Shows the fields of one kind at a time. `names` are the calendars to choose from."""

    def __init__(
        self,
        fields: Fields,
        changed: Callable[[], None],
        before: CalendarContent | None,
        names: Sequence[str],
    ) -> None:
        self._before = before
        self._names = names
        kind = before.kind if before else ""
        super().__init__(fields, changed, "Kind", KINDS, kind, default="holidays", at="content")

    def judged(self) -> tuple[CalendarContent | None, list[FieldProblem]]:
        """The content, or the problems to fix first."""
        try:
            given = self.value()
            return _MODELS[self._kind](**given), []
        except ValidationError as error:
            return None, under_content([_of_a_line(p, given) for p in problems_of(error)])

    def _fields_of(self, kind: str) -> KindFields:
        match kind:
            case "dates":
                return DateFields(self._fields, self._before)
            case "weekly":
                return WeekFields(self._fields, self._before)
            case "ics":
                return EventFields(self._fields, self._before, self._changed)
            case "any_of":
                return UnionFields(self._fields, self._before, self._names)
            case _:
                return HolidayFields(self._fields, self._before, self._changed)


def _of_a_line(problem: FieldProblem, given: dict[str, Any]) -> FieldProblem:
    """A problem of one of several dates, with that date in the message."""
    field, _, number = problem.field.partition(".")
    if field != "dates" or not number.isdigit():
        return problem
    fix = "is not a date as 2026-12-24, nor a range as 2026-12-24/2026-12-26."
    return FieldProblem(problem.field, f"“{given[field][int(number)]}” {fix}")


def under_content(problems: Sequence[FieldProblem]) -> list[FieldProblem]:
    """The problems of a content, at the fields of this part."""
    return [FieldProblem(f"content.{each.field}", each.message) for each in problems]


class DateFields:
    """Days and ranges, one per line."""

    def __init__(self, fields: Fields, before: CalendarContent | None) -> None:
        dates = before.dates if isinstance(before, DatesCalendar) else ()
        self._dates = TextField(
            "Days",
            "\n".join(dates),
            at="content.dates",
            hint="One per line: a date (2026-12-24), or a range with both ends included "
            "(2026-12-24/2027-01-06).",
            placeholder="2026-12-24",
            mono=True,
            rows=6,
            full=True,
            form=fields,
        )

    def value(self) -> dict[str, Any]:
        """The content, without its kind."""
        return {"dates": tuple(listed(self._dates.value, "\n"))}


class WeekFields:
    """Days of the week."""

    def __init__(self, fields: Fields, before: CalendarContent | None) -> None:
        days = before.days if isinstance(before, WeeklyCalendar) else ("sat", "sun")
        self._days = ChecksField(
            "Days of every week", WEEKDAYS, ",".join(days), at="content.days", form=fields
        )

    def value(self) -> dict[str, Any]:
        """The content, without its kind."""
        return {"days": tuple(self._days.chosen)}


class UnionFields:
    """Other calendars."""

    def __init__(
        self, fields: Fields, before: CalendarContent | None, names: Sequence[str]
    ) -> None:
        chosen = before.calendars if isinstance(before, AnyOfCalendar) else ()
        options = {name: name for name in dict.fromkeys([*names, *chosen])}
        self._names: ChecksField | None = None
        if not options:
            words = "There is no other calendar yet. First create the calendars to combine."
            text(words, "muted wrap", tag="p")
            return
        self._names = ChecksField(
            "Every day of any of these",
            options,
            ",".join(chosen),
            at="content.calendars",
            hint="If one of them changes, so does this one.",
            form=fields,
        )

    def value(self) -> dict[str, Any]:
        """The content, without its kind."""
        return {"calendars": tuple(self._names.chosen) if self._names else ()}
