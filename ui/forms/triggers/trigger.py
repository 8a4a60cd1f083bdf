"""The trigger part of the form: once, by cron, or at an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from onthedot.scheduling.trigger import Trigger
from onthedot.ui.forms.fields import Fields
from onthedot.ui.forms.kind_part import KindFields, KindPart
from onthedot.ui.forms.triggers.once import OnceFields
from onthedot.ui.forms.triggers.recurring import CronFields, IntervalFields

KINDS = (
    ("once", "Once", "calendar"),
    ("cron", "By cron", "repeat"),
    ("interval", "At an interval", "timer"),
)


class TriggerPart(KindPart):
    """Shows the fields of one kind of trigger at a time; `value` is the trigger."""

    def __init__(
        self,
        fields: Fields,
        zone: str,
        changed: Callable[[], None],
        kind: str,
        before: Trigger | None,
        calendars: Sequence[str] = (),
    ) -> None:
        self._zone = zone
        self._before = before
        self._calendars = calendars
        super().__init__(
            fields,
            changed,
            "When",
            KINDS,
            before.kind if before else kind,
            default="cron",
            at="trigger",
        )

    def _fields_of(self, kind: str) -> KindFields:
        match kind:
            case "once":
                return OnceFields(self._fields, self._zone, self._before, self._changed)
            case "interval":
                return IntervalFields(self._fields, self._zone, self._before, self._calendars)
            case _:
                return CronFields(self._fields, self._zone, self._before, self._calendars)
