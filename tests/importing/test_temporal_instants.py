"""Two years of Temporal Schedules: a real server's matching times, read by `fetch`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
)

from onthedot.importing.imported import Imported, NoteKind, Source
from onthedot.importing.temporal.fetch import fetch
from tests.importing.comparison import AT, HALF_HOUR, UNTIL, ZONES, Tally, imported
from tests.scheduling.differential.temporal_clock import Clock, TemporalClock
from tests.waiting import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

EVERY_SECOND = [ScheduleRange(0, 59)]


def _whole_days(days: ScheduleCalendarSpec) -> ScheduleCalendarSpec:
    """The same days from midnight to midnight."""
    return replace(days, second=EVERY_SECOND, minute=EVERY_SECOND, hour=[ScheduleRange(0, 23)])


def _cron(*expressions: str) -> ScheduleSpec:
    return ScheduleSpec(cron_expressions=list(expressions))


SPECS = {
    "nightly": _cron("30 2 * * *"),
    "midnight": _cron("0 0 * * *"),
    "half past midnight": _cron("30 0 * * *"),
    "twice": _cron("0 3 * * *", "15 14 * * *"),
    "working days": _cron("0 9 * * MON-FRI"),
    "either day": _cron("0 1 13 * 5"),
    "hourly": _cron("0 * * * *"),
    "every third of an hour at night": _cron("*/20 1-3 * * *"),
    "first monday": ScheduleSpec(
        calendars=[
            ScheduleCalendarSpec(
                hour=[ScheduleRange(4)],
                day_of_month=[ScheduleRange(1, 7)],
                day_of_week=[ScheduleRange(1)],
            )
        ]
    ),
    "one year": ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(2)], year=[ScheduleRange(2027)])]
    ),
    "seconds": ScheduleSpec(
        calendars=[
            ScheduleCalendarSpec(
                hour=[ScheduleRange(2, 8, 3)],
                second=[ScheduleRange(10, 50, 20)],
                month=[ScheduleRange(3, 11, 8)],
            )
        ]
    ),
    "but not at Christmas nor on Sundays": ScheduleSpec(
        cron_expressions=["30 2,7 * * *"],
        skip=[
            _whole_days(
                ScheduleCalendarSpec(
                    month=[ScheduleRange(12)],
                    day_of_month=[ScheduleRange(25, 26)],
                    year=[ScheduleRange(2026, 2027)],
                )
            ),
            _whole_days(ScheduleCalendarSpec(day_of_week=[ScheduleRange(0)])),
        ],
    ),
    "every seven hours": ScheduleSpec(
        intervals=[ScheduleIntervalSpec(every=timedelta(hours=7), offset=timedelta(minutes=20))]
    ),
    "bounded": ScheduleSpec(
        cron_expressions=["0 2 * * *"],
        start_at=datetime(2027, 1, 10, tzinfo=UTC),
        end_at=datetime(2028, 4, 1, 1, tzinfo=UTC),
    ),
    "two rhythms": ScheduleSpec(
        cron_expressions=["5 6 * * 1"],
        intervals=[ScheduleIntervalSpec(every=timedelta(hours=12))],
    ),
}


async def _read(clock: TemporalClock, schedule: Clock) -> Imported:
    text = await fetch(clock.client, at=AT, ids=[schedule.handle.id])
    return imported(Source.TEMPORAL, text, name="schedules.json")


async def test_two_years_are_those_of_the_server(temporal_clock: TemporalClock) -> None:
    tally = Tally("temporal")
    for n, zone in enumerate((*ZONES, HALF_HOUR)):
        for m, (name, spec) in enumerate(SPECS.items()):
            if name == "hourly" and (n + m) % 2:
                continue
            spec.time_zone_name = zone
            async with temporal_clock.schedule(spec) as schedule:
                found = await _read(temporal_clock, schedule)
                theirs = set(await schedule.times(AT, UNTIL, 40_000))
            tally.compare(f"{name} {zone}", found, found.tasks, theirs)
    assert tally.named > 0
    tally.close()


async def test_jitter_is_compared_by_the_servers_own_seed(temporal_clock: TemporalClock) -> None:
    spec = ScheduleSpec(
        cron_expressions=["30 2 * * *"],
        jitter=timedelta(minutes=10),
        time_zone_name="Europe/London",
    )
    async with temporal_clock.schedule(spec) as schedule:
        found = await _read(temporal_clock, schedule)
    (task,) = found.tasks
    assert task.trigger.model_dump()["jitter"] == timedelta(minutes=10)
    assert found.differences == ()


async def test_what_a_schedule_starts_and_its_policies(temporal_clock: TemporalClock) -> None:
    client = temporal_clock.client
    handle = await client.create_schedule(
        "reports",
        Schedule(
            action=ScheduleActionStartWorkflow(
                "Report",
                args=[{"to": "all"}, 7, None],
                id="report",
                task_queue="reports",
                run_timeout=timedelta(minutes=3),
                memo={"owner": "billing"},
            ),
            spec=ScheduleSpec(cron_expressions=["0 4 * * *"], time_zone_name="Europe/Rome"),
            state=ScheduleState(
                note="for billing", paused=True, limited_actions=True, remaining_actions=5
            ),
        ),
    )

    async def listed() -> str | None:
        text = await fetch(client, at=AT)
        return text if '"reports"' in text else None

    try:
        text = await eventually(listed)
    finally:
        await handle.delete()
    found = imported(Source.TEMPORAL, text, name="schedules.json")
    (task,) = found.tasks
    assert task.model_dump(mode="json", exclude_defaults=True) == {
        "id": "reports",
        "name": "reports",
        "description": "for billing",
        "trigger": {"timezone": "Europe/Rome", "max_runs": 5, "expression": "0 4 * * *"},
        "action": {
            "workflow_type": "Report",
            "arguments": [{"to": "all"}, 7, None],
            "task_queue": "reports",
        },
        "timeout": "PT3M",
        "deadline": "P1Y",
        "retry": {"max_attempts": 1},
        "catchup_window": "P1Y",
        "paused": True,
    }
    memo = text.splitlines().index(next(li for li in text.splitlines() if '"memo"' in li)) + 1
    assert any(n.line == memo and n.kind is NoteKind.LOST for n in found.notes)


def test_without_a_server_the_nights_are_said_to_be_unknown() -> None:
    described = {
        "schedule": {
            "spec": {
                "structuredCalendar": [{"hour": [{"start": 2, "end": 2, "step": 1}]}],
                "timezoneName": "Europe/Rome",
            },
            "action": {
                "startWorkflow": {
                    "workflowType": {"name": "Report"},
                    "input": [{"a": 1}],
                }
            },
        }
    }
    found = imported(Source.TEMPORAL, json.dumps(described), name="nightly.json")
    assert [task.id for task in found.tasks] == ["nightly"]
    assert any("Read it from its server" in note.text for note in found.notes)
