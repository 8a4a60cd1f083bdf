"""The forecast agrees with each task's own instants, and counts ten thousand tasks in time."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any

import pytest
from pydantic import TypeAdapter

from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.forecast.fleet import FleetTask
from onthedot.scheduling.forecast.forecast import forecast
from onthedot.scheduling.forecast.frozen import NamedFreeze
from onthedot.scheduling.forecast.report import Forecast, Way
from onthedot.scheduling.freezes.freeze import FreezeDefinition
from onthedot.scheduling.trigger import Trigger

_TRIGGER: TypeAdapter[Trigger] = TypeAdapter(Trigger)
_HOURLY = {"kind": "cron", "expression": "0 * * * *"}
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def _task(name: str, trigger: dict[str, Any], **more: Any) -> FleetTask:
    made = _TRIGGER.validate_python(trigger)
    given = {"after": _BEGAN, "jitter_seed": f"some-namespace-id-{name}-schedule", **more}
    return FleetTask(name, name, made, 1, **given)


def _cron(expression: str, **more: Any) -> dict[str, Any]:
    return {"kind": "cron", "expression": expression, **more}


_TASKS = (
    _task("minute", _cron("* * * * *")),
    _task("also-minute", _cron("* * * * *")),
    _task("rome", _cron("30 2 * * *", timezone="Europe/Rome")),
    _task("wild", _cron("*/15 * * * *", timezone="Europe/Rome")),
    _task("drawn", _cron("H H(1-4) * * *", timezone="Australia/Lord_Howe")),
    _task("seconds", _cron("*/7 * 2 * * *", timezone="America/New_York")),
    _task("bounded", _cron("0 * * * *", end_at="2026-03-29T05:00:00Z")),
    _task("free", _cron("0 * * * *", exclude=["2026-03-29", "* 3 * * *"])),
    _task("interval", {"kind": "interval", "every": 90, "offset": 5}),
    _task("not-on-sunday", {"kind": "interval", "every": 600, "exclude": ["* * * * 0"]}),
    _task("jitter", _cron("*/10 * * * *", jitter=300)),
    _task("few", _cron("0 * * * *"), after=datetime(2026, 3, 28, 22, tzinfo=UTC), remaining=4),
    _task("paused", _cron("0 * * * *"), after=datetime(2026, 3, 29, 7, 30, tzinfo=UTC)),
    _task("once", {"kind": "once", "at": "2026-03-29T01:00:00Z"}),
)


@pytest.mark.parametrize(
    ("since", "hours", "step"),
    [("2026-03-28T20:00:00Z", 36, 60), ("2026-10-25T00:10:00Z", 5, 1), ("2026-04-04", 48, 3600)],
)
def test_it_counts_what_each_task_lists(since: str, hours: int, step: int) -> None:
    first = datetime.fromisoformat(since).replace(tzinfo=UTC)
    until = first + timedelta(hours=hours)
    found = _forecast(_TASKS, first, until, step)
    expected: Counter[int] = Counter()
    for task in _TASKS:
        counted = task.remaining is not None
        listed = occurrences(
            task.trigger,
            after=task.after if counted else max(task.after, first - _SECOND),
            key=task.id,
            jitter_seed=task.jitter_seed,
            nominal_after=task.after,
        )
        for number, at in enumerate(listed):
            if at >= until or (task.remaining is not None and number >= task.remaining):
                break
            if at >= first:
                expected[floor((at - first).total_seconds()) // step] += 1
    assert dict(enumerate(found.starts)) == {n: expected[n] for n in range(len(found.starts))}
    assert (found.total, found.complete) == (expected.total(), True)


def test_a_storm_is_named_with_its_tasks_and_what_would_take_it_apart() -> None:
    storm = [_task(f"nightly-{n:03}", _cron("0 3 * * *")) for n in range(300)]
    day = datetime(2026, 5, 4, tzinfo=UTC)
    found = _forecast([*storm, *_TASKS[:2]], day, day + timedelta(days=1), 60, capacity=10)
    worst = found.busiest[0]
    assert (worst.at, worst.starts) == (day + timedelta(hours=3), 302)
    assert worst.last_start_late == found.last_start_late == timedelta(seconds=30.1)
    assert [task.id for task in worst.tasks[:3]] == ["also-minute", "minute", "nightly-000"]
    ways = {spread.how: spread for spread in worst.spread}
    assert set(ways) == set(Way)
    assert (ways[Way.HASH].tasks, ways[Way.JITTER].tasks) == (300, 302)
    assert ways[Way.OFFSET].starts < 10
    for way in (Way.HASH, Way.JITTER, Way.OFFSET):
        assert ways[way].last_start_late < timedelta(seconds=3), way


def test_ten_thousand_tasks_over_a_day_take_less_than_three_seconds() -> None:
    tasks = [
        *(_task(f"hash-{n}", _cron("H H * * *", timezone="Europe/Rome")) for n in range(4000)),
        *(_task(f"minute-{n}", _cron("*/5 * * * *")) for n in range(3000)),
        *(_task(f"every-{n}", {"kind": "interval", "every": 60 + n % 600}) for n in range(2500)),
        *(_task(f"jitter-{n}", _cron("0 * * * *", jitter=600)) for n in range(500)),
    ]
    day = datetime(2026, 10, 25, tzinfo=UTC)
    began = time.thread_time()
    found = _forecast(tasks, day, day + timedelta(days=1), 60)
    took = time.thread_time() - began
    assert took < 3, took
    assert found.complete
    assert found.total > 1_000_000


def test_what_would_take_too_long_is_cut_and_says_so() -> None:
    tasks = [
        _task(f"t-{n}", {"kind": "interval", "every": 1, "exclude": [f"{n} 1 * * *"]})
        for n in range(8)
    ]
    day = datetime(2026, 10, 25, tzinfo=UTC)
    found = _forecast(tasks, day, day + timedelta(days=90), 3600)
    assert not found.complete
    assert day < found.until < day + timedelta(days=90)
    assert len(found.starts) == (found.until - day) // timedelta(hours=1)


def test_a_freeze_takes_starts_out_and_releases_what_it_held() -> None:
    day = datetime(2026, 5, 4, tzinfo=UTC)
    tasks = [
        *(_task(f"held-{n}", _cron("0 * * * *"), tags=("a",)) for n in range(50)),
        _task("free", _cron("0 * * * *")),
        _task("once", {"kind": "once", "at": "2026-05-04T02:30:00Z"}, tags=("b",)),
        _task("too-late", _cron("0 1 * * *"), tags=("a",)),
    ]
    window = {"from": day + timedelta(hours=1), "until": day + timedelta(hours=3, minutes=30)}
    freezes = [
        NamedFreeze("a", _freeze(**window, tags=("a",), then="hold")),
        NamedFreeze("b", _freeze(**window, tags=("b",), release_over=0)),
    ]
    found = forecast(
        tasks,
        since=day,
        until=day + timedelta(hours=5),
        step=timedelta(minutes=1),
        capacity=100,
        freezes=freezes,
    )
    starts = {n: count for n, count in enumerate(found.starts) if count}
    # 50 at 00:00 and 04:00, the free one each hour, and those released from 03:30 on.
    assert starts == {0: 51, 60: 1, 120: 1, 180: 1, 210: 51, 240: 51}
    assert found.frozen == 50 * 3 + 2
    again = forecast(
        tasks,
        since=day,
        until=day + timedelta(hours=5),
        step=timedelta(minutes=1),
        capacity=100,
        freezes=[NamedFreeze("all", _freeze(trigger=_HOURLY, duration=1800))],
    )
    assert {n: count for n, count in enumerate(again.starts) if count} == {150: 1}


def _freeze(**fields: Any) -> FreezeDefinition:
    return FreezeDefinition.model_validate(fields)


def _forecast(
    tasks: Any, since: datetime, until: datetime, step: int, capacity: float = 100
) -> Forecast:
    return forecast(
        tasks, since=since, until=until, step=timedelta(seconds=step), capacity=capacity
    )
