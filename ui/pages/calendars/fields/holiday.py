"""The fields for a calendar of holidays: a country, a subdivision, categories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onthedot.scheduling.calendars.content import CalendarContent, HolidaysCalendar
from onthedot.scheduling.calendars.holiday_choices import categories, countries, subdivisions
from onthedot.ui.components.fields.choices import ChecksField, ChoiceField
from onthedot.ui.components.markup import box
from onthedot.ui.forms.fields import Fields

_WHOLE = ""


class HolidayFields:
    """The choices of subdivisions and categories follow the country."""

    def __init__(
        self, fields: Fields, before: CalendarContent | None, changed: Callable[[], None]
    ) -> None:
        self._fields = fields
        self._changed = changed
        self._before = before if isinstance(before, HolidaysCalendar) else None
        country = self._before.country.upper() if self._before else ""
        options = ({} if country else {"": "Choose a country"}) | dict(countries())
        with box("fields"):
            self._country = ChoiceField(
                "Country",
                options,
                country if country in options else "",
                at="content.country",
                on_change=lambda _: self._follow(),
                form=fields,
            )
            self._part_place = box()
        self._kind_place = box()
        self._part: ChoiceField | None = None
        self._kinds: ChecksField | None = None
        self._build()

    def value(self) -> dict[str, Any]:
        """The content, without its kind."""
        kinds = self._kinds.chosen if self._kinds else ["public"]
        part = self._part.value if self._part else _WHOLE
        return {
            "country": self._country.value,
            "subdivision": part or None,
            "categories": tuple(kinds),
        }

    def _follow(self) -> None:
        self._build()
        self._changed()

    def _build(self) -> None:
        country, before = self._country.value, self._before
        same = before is not None and before.country.upper() == country
        for name in ("content.subdivision", "content.categories"):
            self._fields.forget(name)
        self._part_place.clear()
        self._kind_place.clear()
        self._part = self._kinds = None
        parts = subdivisions(country)
        if parts:
            chosen = (before.subdivision or _WHOLE) if before and same else _WHOLE
            options = {_WHOLE: "The whole country"} | dict(parts)
            with self._part_place:
                self._part = ChoiceField(
                    "Part of it",
                    options,
                    chosen if chosen in options else _WHOLE,
                    at="content.subdivision",
                    form=self._fields,
                )
        known = categories(country)
        if len(known) > 1:
            chosen_kinds = before.categories if before and same else ("public",)
            labels = {name: name.replace("_", " ").capitalize() for name in known}
            with self._kind_place:
                self._kinds = ChecksField(
                    "Categories",
                    labels,
                    ",".join(chosen_kinds),
                    at="content.categories",
                    form=self._fields,
                )
