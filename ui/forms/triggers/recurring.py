"""The fields of recurring triggers: a cron expression or an interval, and their limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, Trigger
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box
from onthedot.ui.forms.fields import Fields
from onthedot.ui.forms.triggers.entries import chips, zone_entry, zone_in
from onthedot.ui.forms.triggers.limits import LimitFields
from onthedot.ui.wording.values import as_value, human

PRESETS = (
    ("Every 5 minutes", "*/5 * * * *"),
    ("Hourly", "0 * * * *"),
    ("Daily at 09:00", "0 9 * * *"),
    ("Weekdays at 09:00", "0 9 * * 1-5"),
    ("Mondays", "0 9 * * 1"),
    ("First of the month", "0 9 1 * *"),
    ("Last day of the month", "0 18 L * *"),
    ("Last working day", "0 18 LW * *"),
    ("Third working day", "0 9 W#3 * *"),
    ("Working day nearest to the 15th", "0 9 15W * *"),
)
_INTERVALS = [(length, length) for length in ("30 s", "5 min", "15 min", "1 h", "6 h", "1 d")]


class CronFields:
    """Expression, zone and limits."""

    def __init__(
        self, fields: Fields, zone: str, given: Trigger | None, calendars: Sequence[str]
    ) -> None:
        before = given if isinstance(given, CronTrigger) else None
        zone = before.timezone if before else zone
        with box("fields"):
            self._expression = TextField(
                "Cron expression",
                before.expression if before else "0 9 * * 1-5",
                at="trigger.expression",
                hint="Minute, hour, day of month, month, day of week; seconds may come first.",
                mono=True,
                form=fields,
            )
            self._zone = zone_entry(fields, zone)
        chips(PRESETS, self._expression)
        self._limits = LimitFields(fields, before, zone, calendars, self._zone)

    def value(self) -> dict[str, Any]:
        """The trigger, without its kind. Raises FieldError."""
        return {
            "expression": self._expression.value.strip(),
            "timezone": zone_in(self._zone),
            **self._limits.value(),
        }


class IntervalFields:
    """Length, offset and limits. The zone affects only the limits."""

    def __init__(
        self, fields: Fields, zone: str, given: Trigger | None, calendars: Sequence[str]
    ) -> None:
        before = given if isinstance(given, IntervalTrigger) else None
        zone = before.timezone if before and (before.exclude or before.only) else zone
        with box("fields"):
            self._every = TextField(
                "Every",
                human(before.every) if before else "5 min",
                at="trigger.every",
                hint="Such as 90 s, 5 min, 1 h 30 min.",
                form=fields,
            )
            self._offset = TextField(
                "Offset",
                human(before.offset) if before and before.offset else "",
                at="trigger.offset",
                hint="Shifts all runs by this much.",
                optional=True,
                form=fields,
            )
        chips(_INTERVALS, self._every)
        self._limits = LimitFields(fields, before, zone, calendars)

    def value(self) -> dict[str, Any]:
        """The trigger, without its kind. Raises FieldError."""
        given: dict[str, Any] = {"every": as_value(self._every.value)}
        if self._offset.value.strip():
            given["offset"] = as_value(self._offset.value)
        limits = self._limits.value()
        if "exclude" in limits or "only" in limits:
            given["timezone"] = self._limits.zone
        return {**given, **limits}
