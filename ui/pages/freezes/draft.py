"""The fields of a freeze: a single window, or recurring ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from onthedot.messages.field_errors import field_problems
from onthedot.scheduling.errors import FieldProblem
from onthedot.scheduling.firing.zones import LocalTimeError
from onthedot.scheduling.freezes.freeze import FreezeDefinition, Then
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger
from onthedot.ui.components.fields.choices import ChoiceField, Segments
from onthedot.ui.components.fields.text import TextField, moment_field
from onthedot.ui.components.markup import box
from onthedot.ui.forms.fields import FieldError, Fields
from onthedot.ui.forms.triggers.entries import chips, zone_entry, zone_in
from onthedot.ui.pages.freezes.wording import THEN
from onthedot.ui.wording.values import as_value, human, local_instant, local_text

_HOWS = (("once", "Once", "calendar"), ("again", "Again and again", "repeat"))
_PRESETS = (
    ("Every night", "0 22 * * *"),
    ("Sundays", "0 0 * * 0"),
    ("Friday afternoons", "0 14 * * 5"),
    ("Last day of the month", "0 0 L * *"),
)
_LENGTHS = [(length, length) for length in ("1 h", "8 h", "1 d", "2 d")]


class FreezeDraft:
    """The fields of one freeze; `before` is their initial content."""

    def __init__(
        self,
        fields: Fields,
        changed: Callable[[], None],
        zone: str,
        now: datetime,
        before: FreezeDefinition | None,
    ) -> None:
        self._fields = fields
        self._changed = changed
        self._zone = zone
        self._now = now
        self._before = before
        self._how = "again" if before and before.recurs else "once"
        Segments(
            "When",
            _HOWS,
            self._how,
            small=True,
            on_change=lambda event: self._switch(event.value),
        )
        self._place = box("stack")
        self._build_when()
        self._build_rest()

    def judged(self) -> tuple[FreezeDefinition | None, list[FieldProblem]]:
        """The definition, or the problems to fix first."""
        try:
            given = self._given()
        except FieldError as error:
            return None, [error.problem]
        try:
            return FreezeDefinition.model_validate(given), []
        except ValidationError as error:
            return None, [*field_problems(error.errors(), given)]

    def _given(self) -> dict[str, Any]:
        """The definition in REST's form. Raises FieldError."""
        given: dict[str, Any] = {
            "note": self._note.value.strip(),
            "then": self._then.value,
            "release_over": as_value(self._over.value) or 0,
        }
        if tags := self._tags.value.replace(",", " ").split():
            given["tags"] = tags
        return given | (self._single() if self._how == "once" else self._recurring())

    def _single(self) -> dict[str, Any]:
        return {"from": self._instant(self._from), "until": self._instant(self._until)}

    def _recurring(self) -> dict[str, Any]:
        before = self._before.trigger if self._before else None
        kept = before.model_dump() if before else {}
        trigger: dict[str, Any] = {**kept, "kind": "cron"}
        if self._every is not None:
            trigger |= {"kind": "interval", "every": as_value(self._every.value)}
        else:
            trigger["expression"] = self._expression.value.strip()
            trigger["timezone"] = zone_in(self._zone_field)
        return {"trigger": trigger, "duration": as_value(self._duration.value)}

    def _instant(self, field: TextField) -> datetime:
        try:
            return local_instant(field.value, self._zone)
        except LocalTimeError as error:
            raise FieldError(field.at, str(error)) from None
        except ValueError:
            raise FieldError(field.at, "Choose a date and a time.") from None

    def _switch(self, how: str) -> None:
        self._how = how
        self._build_when()
        self._changed()

    def _build_when(self) -> None:
        for name in ("from", "until", "trigger", "duration"):
            self._fields.forget(name)
        self._place.clear()
        with self._place:
            if self._how == "once":
                self._build_once()
            else:
                self._build_again()

    def _build_once(self) -> None:
        before, now, zone = self._before, self._now, self._zone
        single = before if before and not before.recurs else None
        since = (single.since if single else None) or now
        until = (single.until if single else None) or now + timedelta(hours=8)
        with box("fields"):
            self._from = moment_field("From", local_text(since, zone), at="from", form=self._fields)
            self._until = moment_field(
                "Until", local_text(until, zone), at="until", form=self._fields
            )

    def _build_again(self) -> None:
        before = self._before.trigger if self._before else None
        length = self._before.duration if self._before else None
        self._every: TextField | None = None
        if isinstance(before, IntervalTrigger):
            with box("fields"):
                self._every = TextField(
                    "Every", human(before.every), at="trigger.every", form=self._fields
                )
        else:
            cron = before if isinstance(before, CronTrigger) else None
            with box("fields"):
                self._expression = TextField(
                    "Begins (cron expression)",
                    cron.expression if cron else "0 22 * * *",
                    at="trigger.expression",
                    mono=True,
                    form=self._fields,
                )
                self._zone_field = zone_entry(self._fields, cron.timezone if cron else self._zone)
            chips(_PRESETS, self._expression)
        with box("fields"):
            self._duration = TextField(
                "Lasts",
                human(length) if length else "8 h",
                at="duration",
                hint="Each time, such as 90 min, 8 h, 2 d; at most 31 d.",
                form=self._fields,
            )
            with box().style("align-self: center"):
                chips(_LENGTHS, self._duration)

    def _build_rest(self) -> None:
        before = self._before
        tags = "" if before is None or before.tags == "all" else ", ".join(before.tags)
        note = before.note if before else ""
        with box("fields"):
            self._tags = TextField(
                "Tags",
                tags,
                at="tags",
                hint="Tasks with one of them. All tasks without any.",
                optional=True,
                form=self._fields,
            )
            self._note = TextField(
                "Why", note, at="note", placeholder="Database migration", form=self._fields
            )
        labels = {key: said.removeprefix("is ").capitalize() for key, said in THEN.items()}
        then = (before.then if before else Then.HOLD).value
        self._then = ChoiceField("What is due", labels, then, at="then", form=self._fields)
        with box("fields"):
            self._over = TextField(
                "What was held starts within",
                human(before.release_over) if before else "1 min",
                at="release_over",
                hint="After the end, evenly spread. 0 s starts all at once.",
                form=self._fields,
            )
