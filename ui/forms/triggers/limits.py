"""The limits of recurring triggers: from, until, at most, jitter; and days. Collapsed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from onthedot.scheduling.firing.zones import LocalTimeError, ZoneError, instant_of, zone_named
from onthedot.scheduling.trigger import Recurring
from onthedot.scheduling.values import format_instant
from onthedot.ui.components.fields.text import TextField, moment_field
from onthedot.ui.components.markup import box, fold
from onthedot.ui.forms.fields import FieldError, Fields
from onthedot.ui.forms.triggers.day_fields import DayFields
from onthedot.ui.forms.triggers.entries import zone_entry, zone_in
from onthedot.ui.wording.values import as_value, human, local_text


class LimitFields:
    """Local times are in the zone of `zone_field`; without one, the limits have their own."""

    def __init__(
        self,
        fields: Fields,
        before: Recurring | None,
        zone: str,
        calendars: Sequence[str],
        zone_field: TextField | None = None,
    ) -> None:
        # An interval's zone is among its limits, because it matters only for days.
        moves = zone_field is not None
        given = before is not None and (
            before.start_at
            or before.end_at
            or before.max_runs
            or before.jitter
            or (not moves and (before.exclude or before.only))
        )
        if moves:
            self._days = DayFields(fields, before, calendars, moves=True)
        label = "Limits: from, until, at most, jitter"
        with fold(label, "inner", opened=bool(given)), box("fields"):
            start = local_text(before.start_at if before else None, zone)
            end = local_text(before.end_at if before else None, zone)
            self._start = moment_field(
                "From", start, at="trigger.start_at", optional=True, form=fields
            )
            self._end = moment_field("Until", end, at="trigger.end_at", optional=True, form=fields)
            self._zone = zone_field or zone_entry(fields, zone)
            self._most = TextField(
                "At most this many runs",
                str(before.max_runs) if before and before.max_runs else "",
                at="trigger.max_runs",
                kind="number",
                optional=True,
                form=fields,
            )
            self._jitter = TextField(
                "Jitter",
                human(before.jitter) if before and before.jitter else "",
                at="trigger.jitter",
                hint="Each run starts up to this much later, to spread the load.",
                optional=True,
                form=fields,
            )
        if not moves:
            self._days = DayFields(fields, before, calendars, moves=False)

    @property
    def zone(self) -> str:
        """The zone in the field."""
        return zone_in(self._zone)

    def value(self) -> dict[str, Any]:
        """The values, without empty ones. Raises FieldError."""
        given: dict[str, Any] = {}
        for name, field in (("start_at", self._start), ("end_at", self._end)):
            if field.value.strip():
                given[name] = self._instant(field)
        most = self._most.value.strip()
        if most:
            given["max_runs"] = int(most) if most.isdigit() else most
        if self._jitter.value.strip():
            given["jitter"] = as_value(self._jitter.value)
        return {**given, **self._days.value()}

    def _instant(self, field: TextField) -> str:
        try:
            zone = zone_named(self.zone)
            return format_instant(instant_of(datetime.fromisoformat(field.value), zone))
        except (LocalTimeError, ValueError) as error:
            at = "trigger.timezone" if isinstance(error, ZoneError) else field.at
            raise FieldError(at, str(error)) from None
