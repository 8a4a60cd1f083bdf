"""A compiled trigger as Temporal's own ScheduleSpec."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from temporalio.client import (
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleRange,
    ScheduleSpec,
)

from onthedot.scheduling.compiling.calendars import ALL_YEARS, Calendar, CompiledSpec, spans


def to_schedule_spec(compiled: CompiledSpec) -> ScheduleSpec:
    """The spec that fires at exactly the instants of a compiled trigger."""
    return ScheduleSpec(
        calendars=[_calendar(calendar) for calendar in compiled.calendars],
        intervals=[
            ScheduleIntervalSpec(timedelta(seconds=i.every), timedelta(seconds=i.offset))
            for i in compiled.intervals
        ],
        skip=[_calendar(calendar) for calendar in compiled.excluded],
        start_at=compiled.start_at,
        end_at=compiled.end_at,
        jitter=compiled.jitter or None,
        time_zone_name="UTC",
    )


def _calendar(calendar: Calendar) -> ScheduleCalendarSpec:
    dates, times = calendar.dates, calendar.times
    return ScheduleCalendarSpec(
        second=_ranges(times.seconds),
        minute=_ranges(times.minutes),
        hour=_ranges(times.hours),
        day_of_month=_ranges(dates.days),
        month=_ranges(dates.months),
        year=() if dates.years == ALL_YEARS else _ranges(dates.years),
        day_of_week=_ranges(dates.weekdays),
        comment=calendar.comment or None,
    )


def _ranges(values: Iterable[int]) -> tuple[ScheduleRange, ...]:
    return tuple(ScheduleRange(span.start, span.end, span.step) for span in spans(values))
