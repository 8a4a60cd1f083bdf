"""The fields of a one-time trigger: at a time, or after a delay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from onthedot.scheduling.trigger import OnceTrigger, Trigger
from onthedot.scheduling.values import format_instant
from onthedot.ui.components.fields.choices import Segments
from onthedot.ui.components.fields.text import TextField, moment_field
from onthedot.ui.components.markup import box
from onthedot.ui.forms.fields import FieldError, Fields
from onthedot.ui.forms.triggers.entries import chips, zone_entry, zone_in
from onthedot.ui.wording.values import as_value, local_text

_DELAYS = [(length, length) for length in ("10 s", "1 min", "10 min", "1 h", "1 d")]


class OnceFields:
    """Date and time with a zone, or a delay. An unchanged value is kept to the microsecond."""

    def __init__(
        self, fields: Fields, zone: str, given: Trigger | None, changed: Callable[[], None]
    ) -> None:
        self._fields = fields
        self._before = given if isinstance(given, OnceTrigger) else None
        self._zone = (self._before.timezone if self._before else None) or zone
        self._changed = changed
        self._delay: TextField | None = None
        if self._before is None:
            Segments(
                "How",
                (("at", "At a time", "clock"), ("delay", "After a delay", "timer")),
                "at",
                at="trigger.how",
                small=True,
                on_change=lambda event: self._switch(event.value),
                form=fields,
            )
        self._place = box("stack")
        self._build("at")

    def value(self) -> dict[str, Any]:
        """The trigger, without its kind. Raises FieldError."""
        if self._delay is not None:
            return {"delay": as_value(self._delay.value)}
        written, zone = self._at.value.strip(), zone_in(self._zone_field)
        before = self._before
        if before is not None and before.at is not None and written == self._was:
            kept = {"at": format_instant(before.at)}
            return {**kept, "timezone": before.timezone} if before.timezone else kept
        if not written:
            raise FieldError("trigger.at", "Choose a date and a time.")
        return {"at": written, "timezone": zone}

    def _switch(self, mode: str) -> None:
        self._build(mode)
        self._changed()

    def _build(self, mode: str) -> None:
        self._fields.forget("trigger")
        self._place.clear()
        self._delay = None
        with self._place:
            if mode == "delay":
                hint = "Such as 90 s, 10 min, 1 h 30 min."
                self._delay = TextField(
                    "After", "10 min", at="trigger.delay", hint=hint, form=self._fields
                )
                chips(_DELAYS, self._delay)
            else:
                self._build_at()

    def _build_at(self) -> None:
        before, zone = self._before, self._zone
        now = datetime.now(ZoneInfo(zone)).replace(microsecond=0)
        self._was = local_text(before.at if before else None, zone)
        start = self._was or local_text(now.replace(second=0) + timedelta(minutes=10), zone)
        with box("fields"):
            self._at = moment_field("Date and time", start, at="trigger.at", form=self._fields)
            self._zone_field = zone_entry(self._fields, zone)
        if before is None:
            chips([(label, local_text(at, zone)) for label, at in _soon(now)], self._at)


def _soon(now: datetime) -> list[tuple[str, datetime]]:
    morning = (now + timedelta(days=1)).replace(hour=9, minute=0, second=0)
    monday = morning + timedelta(days=(7 - morning.weekday()) % 7)
    return [
        ("In a minute", now + timedelta(minutes=1)),
        ("In an hour", now + timedelta(hours=1)),
        ("Tomorrow at 09:00", morning),
        ("Monday at 09:00", monday),
    ]
