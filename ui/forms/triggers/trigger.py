"""The part of the form that says when: once, by cron, or at an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from onthedot.scheduling.trigger import Trigger
from onthedot.ui.components.fields import Segments
from onthedot.ui.components.markup import box
from onthedot.ui.forms.fields import Fields
from onthedot.ui.forms.triggers.once import OnceFields
from onthedot.ui.forms.triggers.recurring import CronFields, IntervalFields

KINDS = (
    ("once", "Once", "calendar"),
    ("cron", "By cron", "repeat"),
    ("interval", "At an interval", "timer"),
)


class TriggerFields(Protocol):
    """The fields of one kind of trigger."""

    def value(self) -> dict[str, Any]:
        """What they say, without the kind. Raises FieldError."""


class TriggerPart:
    """Shows the fields of one kind of trigger at a time; `value` is what they say."""

    def __init__(
        self,
        fields: Fields,
        zone: str,
        changed: Callable[[], None],
        kind: str,
        before: Trigger | None,
        calendars: Sequence[str] = (),
    ) -> None:
        self._fields = fields
        self._zone = zone
        self._changed = changed
        self._before = before
        self._calendars = calendars
        known = [name for name, _, _ in KINDS]
        self._kind = before.kind if before else kind if kind in known else "cron"
        switch = Segments(
            "When",
            KINDS,
            self._kind,
            at="trigger",
            on_change=lambda event: self._switch(event.value),
        )
        fields.add_switch(switch)
        self._place = box("stack").style("margin-top: 16px")
        self._shown = self._build()

    def value(self) -> dict[str, Any]:
        """The trigger as REST takes it. Raises FieldError."""
        return {"kind": self._kind, **self._shown.value()}

    def _switch(self, kind: str) -> None:
        self._kind = kind
        self._shown = self._build()
        self._changed()

    def _build(self) -> TriggerFields:
        self._fields.forget("trigger")
        self._place.clear()
        with self._place:
            match self._kind:
                case "once":
                    return OnceFields(self._fields, self._zone, self._before, self._changed)
                case "interval":
                    return IntervalFields(self._fields, self._zone, self._before, self._calendars)
                case _:
                    return CronFields(self._fields, self._zone, self._before, self._calendars)
