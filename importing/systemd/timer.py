"""Timer units of systemd. The service stays in systemd: the task starts it and waits for its end.

In systemd, a local time that clocks skip does not run, and one that they show twice runs once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from onthedot.importing.clocks.calendar import CalendarError
from onthedot.importing.clocks.rules import SYSTEMD
from onthedot.importing.collector import NO_CATCHUP, NO_LIMIT, Collector, Entry
from onthedot.importing.imported import UnreadableSource
from onthedot.importing.systemd.calendar import parse_on_calendar
from onthedot.importing.systemd.units import Setting, Unit, time_span, units, yes

_TIMER = "Timer"
#: Settings that count from an event that a task does not know.
_EVENTS = {
    "OnBootSec": "when the machine starts",
    "OnStartupSec": "when the service manager starts",
    "OnActiveSec": "when the timer is started",
    "OnClockChange": "when the clock is set",
    "OnTimezoneChange": "when the machine's zone changes",
}
_REPEATS = ("OnUnitActiveSec", "OnUnitInactiveSec")


def read_systemd(text: str, found: Collector) -> None:
    """Adds the timers of a file; other units are ignored.

    Raises:
        UnreadableSource: it is not a unit file, or has no timer.
    """
    timers = [
        unit for unit in units(text, found.name) if any(s == _TIMER for s, _ in unit.settings)
    ]
    if not timers:
        raise UnreadableSource(found.name, 1, "holds no [Timer] section.")
    for unit in timers:
        _read(unit, found)


def _read(unit: Unit, found: Collector) -> None:
    name = unit.name.removesuffix(".timer")
    entry = found.entry(name)
    fields = _fields(unit, name)
    triggers = [
        (setting, trigger)
        for setting in unit.all(_TIMER, "OnCalendar")
        if (trigger := _calendar(setting, entry)) is not None
    ]
    triggers += _intervals(unit, entry)
    for key, event in _EVENTS.items():
        for setting in unit.all(_TIMER, key):
            if setting.value.lower() not in ("no", "false", "0", "off") or key.endswith("Sec"):
                entry.lost(setting.line, f"{key}: a task runs at a time, not {event}.")
    if len(triggers) > 1:
        entry.changed(
            triggers[1][0].line,
            "Several triggers become several tasks, and `overlap` applies to each of them alone.",
        )
    jitter = _jitter(unit, entry)
    added = False
    for setting, trigger in triggers:
        task_id = found.free_id(name)
        recurring = trigger["kind"] != "once"
        if recurring:
            trigger["jitter"] = jitter
        added |= found.add(
            setting.line,
            task_id,
            {
                **fields,
                "trigger": trigger,
                "catchup_window": _catchup(unit, trigger, task_id, found),
            },
            SYSTEMD,
        )
    if added:
        service = _service(unit, name)
        entry.check(
            unit.line,
            f"Runs `systemctl start {service}`: the worker must be on that machine and be allowed "
            f"to. A run lasts as long as the service takes to start, which for Type=oneshot is "
            f"until it is done.",
        )
        _also(unit, entry)


def _fields(unit: Unit, name: str) -> dict[str, Any]:
    described = unit.last("Unit", "Description")
    return {
        "name": described.value[:200] if described else name,
        "action": {"kind": "command", "argv": ["systemctl", "start", _service(unit, name)]},
        "timeout": NO_LIMIT,
        "deadline": NO_LIMIT,
        "retry": {"max_attempts": 1},
        "overlap": "skip",
    }


def _service(unit: Unit, name: str) -> str:
    named = unit.last(_TIMER, "Unit")
    return named.value if named else f"{name}.service"


def _calendar(setting: Setting, entry: Entry) -> dict[str, Any] | None:
    try:
        parsed = parse_on_calendar(setting.value)
        if parsed.once is not None:
            return {"kind": "once", "at": parsed.once}
        zone = parsed.zone or entry.found.zone(setting.line, "the machine's zone")
        return parsed.calendar.trigger(zone, entry.found.at)
    except CalendarError as error:
        entry.lost(setting.line, f"Not imported: {error}")
        return None


def _intervals(unit: Unit, entry: Entry) -> list[tuple[Setting, dict[str, Any]]]:
    triggers = []
    for key in _REPEATS:
        for setting in unit.all(_TIMER, key):
            span = time_span(setting.value)
            if span is None or span < timedelta(seconds=1) or span.microseconds:
                entry.lost(
                    setting.line,
                    f"Not imported: {setting.value!r} is not a whole number of seconds.",
                )
                continue
            entry.changed(
                setting.line, f"{key} counts from the last run there, and by the clock in UTC here."
            )
            triggers.append((setting, {"kind": "interval", "every": span}))
    return triggers


def _jitter(unit: Unit, entry: Entry) -> timedelta:
    setting = unit.last(_TIMER, "RandomizedDelaySec")
    span = time_span(setting.value) if setting else timedelta(0)
    if setting is None or span == timedelta(0):
        return timedelta(0)
    if span is None:
        entry.lost(setting.line, "RandomizedDelaySec is not understood.")
        return timedelta(0)
    fixed = yes(unit.last(_TIMER, "FixedRandomDelay"))
    entry.changed(
        setting.line,
        "RandomizedDelaySec becomes jitter, which differs from run to run"
        f"{', where FixedRandomDelay keeps one delay,' if fixed else ''} and ends "
        f"before the next run.",
    )
    return span


def _catchup(unit: Unit, trigger: dict[str, Any], task_id: str, found: Collector) -> timedelta:
    """The catch-up window: the distance of runs with Persistent, which runs a missed run once."""
    if not yes(unit.last(_TIMER, "Persistent")):
        return NO_CATCHUP
    return found.distance(trigger, task_id) if trigger["kind"] == "cron" else NO_LIMIT


def _also(unit: Unit, entry: Entry) -> None:
    persistent = unit.last(_TIMER, "Persistent")
    if persistent is not None and yes(persistent):
        entry.check(
            persistent.line,
            "Persistent becomes a catch-up window as long as the time between "
            "two runs, so that the last missed run still starts.",
        )
    for key, why in (
        ("WakeSystem", "nothing here wakes a machine."),
        ("OnFailure", "`notify` calls a URL when runs fail."),
    ):
        for section in (_TIMER, "Unit"):
            setting = unit.last(section, key)
            if setting is not None and (key != "WakeSystem" or yes(setting)):
                entry.lost(setting.line, f"{key}: {why}")
    accuracy = unit.last(_TIMER, "AccuracySec")
    if accuracy is not None:
        entry.changed(accuracy.line, "AccuracySec: runs are not delayed here to save wake-ups.")
