"""Converts a DAG's `schedule` to triggers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from onthedot.importing.airflow.values import Call, Unknown
from onthedot.importing.collector import Entry
from onthedot.importing.cron_dialects import from_croniter
from onthedot.scheduling.cron.fields import CronError

#: The value of a missing `schedule`, which is not the same as None.
NOT_GIVEN = Unknown("nothing")

#: Presets that only Airflow has.
_PRESETS = {"@quarterly": "0 0 1 */3 *"}
_CRON = {"CronTriggerTimetable", "CronDataIntervalTimetable", "MultipleCronTriggerTimetable"}
_DELTA = {"DeltaTriggerTimetable", "DeltaDataIntervalTimetable"}
_ASSETS = {"Asset", "AssetAlias", "AssetAll", "AssetAny", "Dataset", "DatasetAlias"}
_ASSETS_OR_TIME = {"AssetOrTimeSchedule", "DatasetOrTimeSchedule"}


@dataclass(frozen=True)
class Timing:
    """One trigger of a DAG."""

    line: int
    trigger: dict[str, Any]
    #: Whether it may have data intervals, at whose end it runs.
    interval_end: bool = True

    @property
    def recurring(self) -> bool:
        """Whether it fires more than once."""
        return bool(self.trigger["kind"] != "once")


@dataclass(frozen=True)
class ScheduleReader:
    """Reads the schedule of one DAG."""

    #: The zone if the schedule names none; calling it may add a note that it is a guess.
    zone: Callable[[], str]
    start: datetime | None
    entry: Entry

    def timings(self, schedule: Any, line: int) -> list[Timing]:
        """The triggers of a schedule; none, and a note, if it has no counterpart."""
        return list(self._any(schedule, line))

    def _any(self, schedule: Any, line: int) -> Iterator[Timing]:
        match schedule:
            case str():
                yield from self._text(schedule, line)
            case timedelta():
                yield from self._every(schedule, line)
            case Call(name=name) if (last := name.rpartition(".")[2]) in _CRON | _DELTA:
                yield from self._timetable(last, schedule)
            case Call(name=name) if name.rpartition(".")[2] in _ASSETS_OR_TIME:
                self._lost(line, "Runs started by assets have no counterpart.")
                yield from self._any(schedule.argument(0, "timetable"), line)
            case _:
                self._lost(line, _reason(schedule))

    def _text(self, text: str, line: int, zone: str | None = None) -> Iterator[Timing]:
        if text == "@once":
            if self.start is not None and _aware(self.start) > self.entry.found.at:
                yield Timing(line, {"kind": "once", "at": _aware(self.start)}, interval_end=False)
            else:
                self._lost(line, "Not imported: it is @once, and its start_date has passed.")
            return
        if text == "@continuous":
            self._lost(line, "Not imported: @continuous starts a run as soon as the last one ends.")
            return
        try:
            expression = from_croniter(_PRESETS.get(text.strip(), text))
        except CronError as error:
            self._lost(line, f"Not imported: {error}")
            return
        named = zone or self.zone()
        yield Timing(line, {"kind": "cron", "expression": expression, "timezone": named})

    def _every(self, delta: timedelta, line: int) -> Iterator[Timing]:
        seconds = delta.total_seconds()
        if seconds < 1 or seconds % 1:
            self._lost(line, "Not imported: an interval is a whole number of seconds.")
            return
        offset = _aware(self.start).timestamp() % seconds if self.start is not None else 0
        self.entry.changed(
            line,
            "The interval counts from start_date; without catchup, "
            "Airflow counts from when the DAG was turned on.",
        )
        yield Timing(line, {"kind": "interval", "every": seconds, "offset": float(int(offset))})

    def _timetable(self, last: str, call: Call) -> Iterator[Timing]:
        if last in _DELTA:
            delta = call.argument(0, "delta")
            if isinstance(delta, timedelta):
                yield from self._every(delta, call.line)
            else:
                self._lost(call.line, "Not imported: its delta is not a constant.")
            return
        several = last.startswith("Multiple")
        zone = self._own_zone(call, None if several else 1)
        for each in call.arguments if several else (call.argument(0, "cron"),):
            if isinstance(each, str):
                yield from self._text(each, call.line, zone)
            else:
                self._lost(call.line, "Not imported: its cron is not a constant.")

    def _own_zone(self, call: Call, position: int | None) -> str | None:
        own = call.argument(position, "timezone")
        if isinstance(own, ZoneInfo):
            return own.key
        if isinstance(own, tzinfo):
            return "UTC"
        if own is not None and not isinstance(own, str):
            self._lost(call.line, "Its timezone is not a constant; the DAG's is used.")
            return None
        return own

    def _lost(self, line: int, text: str) -> None:
        self.entry.lost(line, text)


def _reason(schedule: Any) -> str:
    if schedule is NOT_GIVEN:
        return (
            "Not imported: it names no schedule. Airflow 3 then runs it "
            "only by hand, Airflow 2 once a day."
        )
    if schedule is None:
        return (
            "Not imported: it has no schedule; it runs only by hand or when another DAG "
            "triggers it."
        )
    calls = schedule if isinstance(schedule, list) else [schedule]
    if any(isinstance(c, Call) and c.name.rpartition(".")[2] in _ASSETS for c in calls):
        return "Not imported: it runs when assets change; a task runs at a time."
    text = schedule.text if isinstance(schedule, Unknown) else getattr(schedule, "name", schedule)
    return f"Not imported: the schedule {text!r} is only known when the file runs."


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
