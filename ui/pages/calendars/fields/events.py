"""The fields for a calendar of events: the address of a feed, or iCalendar text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui.events import GenericEventArguments

from onthedot.scheduling.calendars.content import CalendarContent, IcsCalendar
from onthedot.ui.components.fields.choices import Segments
from onthedot.ui.components.fields.text import FileField, TextField
from onthedot.ui.components.markup import box
from onthedot.ui.forms.fields import Fields

_HOWS = (("url", "From a feed", ""), ("text", "From a text", ""))


class EventFields:
    """A worker reads a feed; text is read immediately."""

    def __init__(
        self, fields: Fields, before: CalendarContent | None, changed: Callable[[], None]
    ) -> None:
        self._fields = fields
        self._changed = changed
        self._before = before if isinstance(before, IcsCalendar) else None
        self._how = "text" if self._before and self._before.text is not None else "url"
        Segments(
            "Where the events come from",
            _HOWS,
            self._how,
            at="content.how",
            small=True,
            on_change=lambda event: self._switch(event.value),
            form=fields,
        )
        self._place = box("stack")
        self._build()

    def value(self) -> dict[str, Any]:
        """The content, without its kind."""
        return {self._how: self._entry.value.strip()}

    def _switch(self, how: str) -> None:
        self._how = how
        self._build()
        self._changed()

    def _build(self) -> None:
        before = self._before
        for name in ("content.url", "content.text"):
            self._fields.forget(name)
        self._place.clear()
        with self._place:
            if self._how == "url":
                self._entry = TextField(
                    "Address of the feed",
                    (before.url or "") if before else "",
                    at="content.url",
                    hint="A worker reads it when you save, then daily. If it cannot be read, "
                    "the last days count.",
                    placeholder="https://calendar.example.com/closing-days.ics",
                    mono=True,
                    full=True,
                    form=self._fields,
                )
                return
            self._entry = TextField(
                "iCalendar text",
                (before.text or "") if before else "",
                at="content.text",
                hint="Every day on which it has an event, including recurring ones.",
                placeholder="BEGIN:VCALENDAR …",
                mono=True,
                rows=8,
                full=True,
                form=self._fields,
            )
            FileField("An .ics file", accept=".ics,text/calendar").on("file", self._chosen)

    def _chosen(self, event: GenericEventArguments) -> None:
        self._entry.set_value(str(event.args.get("text", "")))
