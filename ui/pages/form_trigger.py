"""The part of the form that says when: once, by cron, or at an interval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger, Trigger
from scheduling.values import format_instant
from scheduling.zones import LocalTimeError, ZoneError, instant_of, zone_named
from ui.components.fields import Segments, TextField
from ui.components.markup import box, named, text
from ui.components.small import Icon
from ui.durations import as_value, human
from ui.pages.form_fields import FieldError, Fields, listed, local_text

KINDS = (
    ("once", "Once", "calendar"),
    ("cron", "By cron", "repeat"),
    ("interval", "At an interval", "timer"),
)
PRESETS = (
    ("Every 5 minutes", "*/5 * * * *"),
    ("Hourly", "0 * * * *"),
    ("Daily at 09:00", "0 9 * * *"),
    ("Weekdays at 09:00", "0 9 * * 1-5"),
    ("Mondays", "0 9 * * 1"),
    ("First of the month", "0 9 1 * *"),
    ("Last day of the month", "0 18 L * *"),
)
INTERVALS = ("30 s", "5 min", "15 min", "1 h", "6 h", "1 d")
DELAYS = ("10 s", "1 min", "10 min", "1 h", "1 d")


class TriggerPart:
    """Shows the fields of one kind of trigger at a time; `value` is what they say."""

    def __init__(
        self,
        fields: Fields,
        zone: str,
        changed: Callable[[], None],
        kind: str,
        before: Trigger | None,
    ) -> None:
        self._fields = fields
        self._zone = zone
        self._changed = changed
        self._before = before
        self._kind = before.kind if before else kind
        self._mode = "at"
        Segments("When", KINDS, self._kind, on_change=lambda event: self._switch(event.value))
        self._place = box("stack").style("margin-top: 16px")
        self._build()

    def value(self) -> dict[str, Any]:
        """The trigger as REST takes it. Raises FieldError."""
        if self._kind == "once":
            return self._once_value()
        given: dict[str, Any] = {"kind": self._kind}
        if self._kind == "cron":
            given["expression"] = self._expression.value.strip()
            given["timezone"] = self._zone_field.value.strip() or "UTC"
        else:
            given["every"] = as_value(self._every.value)
            if self._offset.value.strip():
                given["offset"] = as_value(self._offset.value)
            if self._zone_field.value.strip() != "UTC" and self._exclude.value.strip():
                given["timezone"] = self._zone_field.value.strip()
        return {**given, **self._limits_value()}

    def _switch(self, kind: str) -> None:
        self._kind = kind
        self._build()
        self._changed()

    def _build(self) -> None:
        self._fields.forget("trigger")
        self._place.clear()
        with self._place:
            {"once": self._once, "cron": self._cron, "interval": self._interval}[self._kind]()

    def _once(self) -> None:
        before = self._before if isinstance(self._before, OnceTrigger) else None
        if before is None:
            Segments(
                "How",
                (("at", "At a time", "clock"), ("delay", "After a delay", "timer")),
                self._mode,
                small=True,
                on_change=lambda event: self._switch_mode(event.value),
            )
        if self._mode == "delay" and before is None:
            self._delay = self._fields.add(
                TextField(
                    "After", "10 min", at="trigger.delay", hint="Such as 90 s, 10 min, 1 h 30 min."
                )
            )
            self._chips(DELAYS, self._delay)
            return
        zone = (before.timezone if before else None) or self._zone
        soon = datetime.now(ZoneInfo(zone)).replace(second=0, microsecond=0) + timedelta(minutes=10)
        self._was = local_text(before.at if before else None, zone)
        with box("fields"):
            self._at = self._fields.add(
                TextField(
                    "Date and time",
                    self._was or local_text(soon, zone),
                    at="trigger.at",
                    kind="datetime-local",
                )
            )
            named(self._at, step="1")
            self._zone_entry(zone)
        if before is None:
            with box("chips"):
                for label, at in _soon(zone):
                    self._chip(label, self._at, local_text(at, zone))

    def _switch_mode(self, mode: str) -> None:
        self._mode = mode
        self._build()
        self._changed()

    def _once_value(self) -> dict[str, Any]:
        before = self._before if isinstance(self._before, OnceTrigger) else None
        if self._mode == "delay" and before is None:
            return {"kind": "once", "delay": as_value(self._delay.value)}
        written, zone = self._at.value.strip(), self._zone_field.value.strip() or "UTC"
        if before is not None and before.at is not None and written == self._was:
            kept = {"kind": "once", "at": format_instant(before.at)}
            return {**kept, "timezone": before.timezone} if before.timezone else kept
        if not written:
            raise FieldError("trigger.at", "Choose a date and a time.")
        return {"kind": "once", "at": written, "timezone": zone}

    def _cron(self) -> None:
        before = self._before if isinstance(self._before, CronTrigger) else None
        with box("fields"):
            self._expression = self._fields.add(
                TextField(
                    "Cron expression",
                    before.expression if before else "0 9 * * 1-5",
                    at="trigger.expression",
                    hint="Minute, hour, day of month, month, day of week; seconds may come first.",
                    mono=True,
                )
            )
            self._zone_entry(before.timezone if before else self._zone)
        with box("chips"):
            for label, expression in PRESETS:
                self._chip(label, self._expression, expression)
        self._limits(before)

    def _interval(self) -> None:
        before = self._before if isinstance(self._before, IntervalTrigger) else None
        self._every = self._fields.add(
            TextField(
                "Every",
                human(before.every) if before else "5 min",
                at="trigger.every",
                hint="Such as 90 s, 5 min, 1 h 30 min.",
            )
        )
        self._chips(INTERVALS, self._every)
        self._limits(before)

    def _limits(self, before: CronTrigger | IntervalTrigger | None) -> None:
        zone = before.timezone if before else self._zone
        given = before is not None and (
            before.start_at or before.end_at or before.max_runs or before.jitter or before.exclude
        )
        with named(box("fold inner", "details"), open=bool(given)):
            with box("", "summary"):
                Icon("chevron-right")
                text("Limits: from, until, at most, jitter, exceptions")
            with box("body"), box("fields"):
                add = self._fields.add
                self._start = add(
                    TextField(
                        "From",
                        local_text(before.start_at if before else None, zone),
                        at="trigger.start_at",
                        kind="datetime-local",
                        optional=True,
                    )
                )
                self._end = add(
                    TextField(
                        "Until",
                        local_text(before.end_at if before else None, zone),
                        at="trigger.end_at",
                        kind="datetime-local",
                        optional=True,
                    )
                )
                most = str(before.max_runs) if before and before.max_runs else ""
                self._most = add(
                    TextField(
                        "At most this many runs",
                        most,
                        at="trigger.max_runs",
                        kind="number",
                        optional=True,
                    )
                )
                self._jitter = add(
                    TextField(
                        "Jitter",
                        human(before.jitter) if before and before.jitter else "",
                        at="trigger.jitter",
                        hint="Each run starts up to this much later, to spread the load.",
                        optional=True,
                    )
                )
                if self._kind == "interval":
                    offset = (
                        human(before.offset)
                        if isinstance(before, IntervalTrigger) and before.offset
                        else ""
                    )
                    self._offset = add(
                        TextField(
                            "Offset",
                            offset,
                            at="trigger.offset",
                            hint="Shifts all runs by this much.",
                            optional=True,
                        )
                    )
                    self._zone_entry(zone)
                exceptions = "\n".join(before.exclude) if before else ""
                self._exclude = add(
                    TextField(
                        "Except on",
                        exceptions,
                        at="trigger.exclude",
                        hint="One a line: a date (2026-12-25), a range (2026-12-24/2026-12-26), or a cron expression.",
                        mono=True,
                        rows=3,
                        optional=True,
                        full=True,
                    )
                )
                for field in (self._start, self._end):
                    named(field, step="1")

    def _limits_value(self) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name, field in (("start_at", self._start), ("end_at", self._end)):
            if field.value.strip():
                given[name] = self._instant(field)
        if self._most.value.strip():
            given["max_runs"] = (
                int(self._most.value) if self._most.value.strip().isdigit() else self._most.value
            )
        if self._jitter.value.strip():
            given["jitter"] = as_value(self._jitter.value)
        if self._exclude.value.strip():
            given["exclude"] = listed(self._exclude.value, "\n")
        return given

    def _instant(self, field: TextField) -> str:
        try:
            zone = zone_named(self._zone_field.value.strip() or "UTC")
            return format_instant(instant_of(datetime.fromisoformat(field.value), zone))
        except (LocalTimeError, ValueError) as error:
            at = "trigger.timezone" if isinstance(error, ZoneError) else field.at
            raise FieldError(at, str(error)) from None

    def _zone_entry(self, zone: str) -> None:
        self._zone_field = self._fields.add(
            TextField("Time zone", zone, at="trigger.timezone", options=_zones())
        )

    def _chips(self, values: tuple[str, ...], field: TextField) -> None:
        with box("chips"):
            for value in values:
                self._chip(value, field, value)

    def _chip(self, label: str, field: TextField, value: str) -> None:
        chip = named(box("chip", "button"), type="button").on(
            "click", lambda: field.set_value(value)
        )
        with chip:
            text(label)


def _soon(zone: str) -> list[tuple[str, datetime]]:
    now = datetime.now(ZoneInfo(zone)).replace(microsecond=0)
    morning = (now + timedelta(days=1)).replace(hour=9, minute=0, second=0)
    monday = (morning + timedelta(days=(7 - morning.weekday()) % 7)).replace(hour=9)
    return [
        ("In a minute", now + timedelta(minutes=1)),
        ("In an hour", now + timedelta(hours=1)),
        ("Tomorrow at 09:00", morning),
        ("Monday at 09:00", monday),
    ]


def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
