"""Every trigger is accepted or refused within a bounded time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from time import thread_time
from typing import Any

import pytest
from pydantic import TypeAdapter

from onthedot.scheduling.checking.trigger import settle_trigger
from onthedot.scheduling.compiling.compilation import compile_trigger
from onthedot.scheduling.cron.time_masks import seconds_in
from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.excluding.excluded_runs import longest_excluded_run, shortest_distance
from onthedot.scheduling.excluding.exclusions import parse_exclusions
from onthedot.scheduling.firing.clock_changes import epoch_day, offset_at
from onthedot.scheduling.firing.occurrences import last_occurrence, next_occurrences, occurrences
from onthedot.scheduling.firing.recurrence import Recurrence, recurrence
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, Trigger

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TRIGGER: TypeAdapter[Trigger] = TypeAdapter(Trigger)

#: Of one thread, in seconds; on an idle machine the worst takes a tenth of it.
MOST = 2.0

MINUTELY = {"kind": "cron", "expression": "* * * * *"}
SECONDLY = {"kind": "cron", "expression": "* * * * * *"}
ODD = {"kind": "interval", "every": 61}
#: Each leaves something of its days; together they leave nothing.
UNALIKE = ["* 0-11 1-15 * *", "* 0-11 16-31 * *", "* 12-23 * * *"]
HOLIDAYS = [f"20{year}-{day}" for year in range(27, 30) for day in ("01-01", "05-01", "12-25")]


def every(seconds: int) -> dict[str, Any]:
    """An interval."""
    return {"kind": "interval", "every": seconds}


@pytest.mark.parametrize(
    ("trigger", "exclude"),
    [
        (every(60), ["2030-01-01/9999-12-31"]),
        (every(60), ["2030-01-01/9999-12-30"]),
        (every(1), ["2027-01-01/2027-01-02", "2100-12-31/9999-12-31"]),
        (MINUTELY, ["2030-01-01/9999-12-31", "9999-01-01"]),
        (every(1), ["* * * * *"]),
        (SECONDLY, ["* * * * * *"]),
        (MINUTELY, ["* * 1-15 * *", "* * 16-31 * *"]),
        (MINUTELY, UNALIKE),
        (ODD, ["* 0-11 * * *", "* 12-23 * * *"]),
        (ODD, [f"{n % 60} {n % 24} {n % 28 + 1} * *" for n in range(100)]),
        (every(1), [f"{n % 60}/7 * * * {n % 7}" for n in range(100)]),
        (SECONDLY, [f"{n % 50}/7 {n % 20}/2 {n % 20 + 1}/2 * * *" for n in range(100)]),
        (MINUTELY, ["* * 1-28 * *", "* * 30-31 * *", "* * 29 1,3-12 *", "* * * * 0,2-6"]),
        (every(30), [f"{year}-01-01/{year}-12-30" for year in range(2027, 2101)]),
        (MINUTELY, HOLIDAYS),
    ],
)
def test_a_trigger_is_worked_out_in_time(trigger: dict[str, Any], exclude: list[str]) -> None:
    asked = TRIGGER.validate_python({**trigger, "exclude": exclude, "timezone": "Europe/Rome"})
    assert isinstance(asked, CronTrigger | IntervalTrigger)
    began = thread_time()
    refused: list[str] = []
    try:
        settle_trigger(asked, now=NOW, catchup_window=timedelta(hours=1), key="k")
    except InvalidDefinition as error:
        refused = [problem.field for problem in error.problems]
    else:
        assert next_occurrences(asked, after=NOW, count=5, key="k")
        compile_trigger(asked, key="k", at=NOW)
    assert set(refused) <= {"trigger.exclude"}
    assert thread_time() - began < MOST


def test_many_empty_days_are_refused_with_the_fix() -> None:
    asked = TRIGGER.validate_python({**MINUTELY, "exclude": UNALIKE})
    with pytest.raises(InvalidDefinition) as refused:
        settle_trigger(asked, now=NOW, catchup_window=timedelta(hours=1), key="k")
    assert "Exclude less" in refused.value.problems[0].message


def test_ranges_of_dates_that_touch_are_one() -> None:
    exclude = ("2027-01-03/2027-01-05", "2027-01-01", "2027-01-02", "2027-03-01", "9999-01-01")
    days = [range(epoch_day(date(2027, m, d)), 0) for m, d in ((1, 1), (3, 1))]
    found = parse_exclusions(exclude, "k").days
    assert [(named.start, len(named)) for named in found] == [
        (days[0].start, 5),
        (days[1].start, 1),
    ]


@pytest.mark.parametrize(
    ("trigger", "exclude"),
    [
        ({"kind": "cron", "expression": "30 2 * * *"}, ["2027-03-28", "* * * * 1"]),
        ({"kind": "cron", "expression": "0,30 * * * *"}, ["2026-10-20/2026-10-25", "* 2 * * *"]),
        ({"kind": "cron", "expression": "0 0 * * *"}, ["* * 1-20 * *", "2026-10-26/2026-11-25"]),
        (every(3600), ["* * * * 0,6", "2026-10-25", "2027-03-27/2027-03-28"]),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Rome", "America/Santiago", "Australia/Lord_Howe"])
def test_days_that_are_passed_over_hold_nothing(
    trigger: dict[str, Any], exclude: list[str], zone: str
) -> None:
    """Compared with checking each instant that the exclusions may remove."""
    asked = TRIGGER.validate_python({**trigger, "exclude": exclude, "timezone": zone})
    assert isinstance(asked, CronTrigger | IntervalTrigger)
    plan, start, end = recurrence(asked, "k"), NOW - timedelta(days=60), NOW + timedelta(days=200)
    slow = []
    for base, mask in plan.chunks(int(start.timestamp()), excluded_too=True):
        if base > end.timestamp():
            break
        slow += [base + second for second in seconds_in(mask)]
    fast = {int(at.timestamp()) for at in occurrences_between(asked, start, end)}
    shown = {
        at for at in slow if start.timestamp() < at <= end.timestamp() and not _excluded(plan, at)
    }
    # A listed time that is excluded and skipped by a change is the one thing that differs.
    assert fast <= shown
    assert len(shown - fast) <= 1


def occurrences_between(
    trigger: CronTrigger | IntervalTrigger, start: datetime, end: datetime
) -> list[datetime]:
    """All of them."""
    found = []
    for at in occurrences(trigger, after=start, key="k"):
        if at > end:
            break
        found.append(at)
    return found


def _excluded(plan: Recurrence, at: int) -> bool:
    day, second = divmod(at + offset_at(plan.zone, at), 86_400)
    return bool(plan.exclusions.on(day) >> second & 1)


@pytest.mark.parametrize(
    "trigger",
    [
        {**every(61)},
        {**every(61), "exclude": ["* 0-11 * * *", "2026-11-20"]},
        {**SECONDLY, "exclude": ["2026-11-15/2026-11-21"]},
        {"kind": "cron", "expression": "30 2 * * *", "end_at": "2026-11-10T00:00:00Z"},
        {"kind": "cron", "expression": "0 0 1 1 *"},
    ],
)
def test_the_last_occurrence(trigger: dict[str, Any]) -> None:
    asked = TRIGGER.validate_python(trigger)
    assert isinstance(asked, CronTrigger | IntervalTrigger)
    start = NOW - timedelta(days=7 if asked.kind == "cron" else 2)
    between = occurrences_between(asked, start, NOW)
    found = last_occurrence(asked, after=start, until=NOW, key="k")
    assert found == (between[-1] if between else None)


@pytest.mark.parametrize(
    ("expression", "distance"),
    [("* * * * * *", 1), ("*/7 * * * * *", 4), ("* * * * *", 60), ("0 9 * * *", 86_400)],
)
def test_the_shortest_distance(expression: str, distance: int) -> None:
    trigger = CronTrigger(expression=expression)
    assert shortest_distance(recurrence(trigger, "k")) == distance


def test_excluded_runs_are_counted_at_most() -> None:
    today = epoch_day(NOW.date())
    days = range(today, today + 3000)
    trigger = IntervalTrigger(every=timedelta(seconds=60), exclude=("2030-01-01/2030-12-31",))
    assert longest_excluded_run(recurrence(trigger, "k"), days) == 365 * 1440
    split = trigger.model_copy(
        update={"exclude": ("2030-01-01/2030-06-30", "* * 1 7 *", "2030-07-02/2030-12-31")}
    )
    assert longest_excluded_run(recurrence(split, "k"), days) == 365 * 1440
    apart = trigger.model_copy(
        update={"exclude": ("2030-01-01/2030-06-30", "2030-07-02/2030-12-31")}
    )
    assert longest_excluded_run(recurrence(apart, "k"), days) == 183 * 1440
