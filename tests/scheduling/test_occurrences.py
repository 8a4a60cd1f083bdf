"""When triggers are due: bounds, counts, clock changes listed by hand, and speed."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.firing.occurrences import next_occurrences, occurrences
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger
from tests.scheduling.differential.expressions import CHOSEN, ZONES, generated

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _shown(expression: str, zone: str, day: date) -> list[str]:
    """What fires within 25 hours of a local midnight, as clocks show it."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    start = midnight.astimezone(UTC) - timedelta(seconds=1)
    trigger = CronTrigger(expression=expression, timezone=zone)
    found = []
    for at in occurrences(trigger, after=start, key="k"):
        shown = at.astimezone(ZoneInfo(zone))
        if at > start + timedelta(hours=30) or shown.date() != day:
            break
        found.append(shown.strftime("%H:%M%z"))
    return found


@pytest.mark.parametrize(
    ("expression", "zone", "day", "expected"),
    [
        ("30 2 * * *", "America/New_York", date(2027, 3, 14), ["03:00-0400"]),
        ("0,30 2 * * *", "America/New_York", date(2027, 3, 14), ["03:00-0400"]),
        ("30 2,3 * * *", "America/New_York", date(2027, 3, 14), ["03:00-0400", "03:30-0400"]),
        ("*/30 2 * * *", "America/New_York", date(2027, 3, 14), []),
        ("30 1 * * *", "America/New_York", date(2027, 11, 7), ["01:30-0400"]),
        ("*/30 1 * * *", "America/New_York", date(2027, 11, 7),
         ["01:00-0400", "01:30-0400", "01:00-0500", "01:30-0500"]),
        ("30 1 * * *", "Europe/London", date(2027, 10, 31), ["01:30+0100"]),
        ("30 0 * * *", "Europe/London", date(2027, 10, 31), ["00:30+0100"]),
        ("30 2 * * *", "Europe/Paris", date(2027, 3, 28), ["03:00+0200"]),
        ("15 2 * * *", "Australia/Lord_Howe", date(2027, 10, 3), ["02:30+1100"]),
        ("45 1 * * *", "Australia/Lord_Howe", date(2027, 4, 4), ["01:45+1100"]),
        ("30 0 * * *", "America/Santiago", date(2027, 9, 5), ["01:00-0300"]),
        ("30 23 * * *", "America/Santiago", date(2027, 4, 3), ["23:30-0300"]),
        ("0 9 * * 0", "America/Havana", date(2027, 3, 14), ["09:00-0400"]),
        ("0 9 * * 6", "America/Havana", date(2027, 3, 14), []),
        ("30 23 * * 6", "America/Nuuk", date(2027, 3, 28), ["00:00-0100"]),
    ],
)  # fmt: skip
def test_clock_changes(expression: str, zone: str, day: date, expected: list[str]) -> None:
    assert _shown(expression, zone, day) == expected


def test_start_and_end_belong_to_the_occurrences() -> None:
    start, end = START + timedelta(hours=1), START + timedelta(hours=3)
    trigger = CronTrigger(expression="0 * * * *", start_at=start, end_at=end)
    found = next_occurrences(trigger, after=START, count=10, key="k")
    assert found == [start, start + timedelta(hours=1), end]


def test_fractions_of_a_second_in_bounds_and_after() -> None:
    half = timedelta(seconds=0.5)
    trigger = IntervalTrigger(
        every=timedelta(seconds=1), start_at=START + half, end_at=START + timedelta(seconds=3.5)
    )
    seconds = [START + timedelta(seconds=n) for n in (1, 2, 3)]
    assert next_occurrences(trigger, after=START - half, count=9, key="k") == seconds
    assert next_occurrences(trigger, after=START + 3 * half, count=9, key="k") == seconds[1:]


def test_no_more_than_remain() -> None:
    trigger = CronTrigger(expression="* * * * *", max_runs=5)
    assert len(next_occurrences(trigger, after=START, count=10, key="k", remaining=2)) == 2
    assert next_occurrences(trigger, after=START, count=10, key="k", remaining=0) == []
    assert len(next_occurrences(trigger, after=START, count=10, key="k")) == 10


def test_once_is_due_once() -> None:
    trigger = OnceTrigger(at=START)
    assert next_occurrences(trigger, after=START - timedelta(1), count=5, key="k") == [START]
    assert next_occurrences(trigger, after=START, count=5, key="k") == []


def test_interval_counts_from_1970() -> None:
    trigger = IntervalTrigger(every=timedelta(minutes=90), offset=timedelta(minutes=5))
    for at in next_occurrences(trigger, after=START, count=5, key="k"):
        assert at.timestamp() % 5400 == 300


def test_a_date_leaves_out_the_whole_local_day() -> None:
    trigger = CronTrigger(
        expression="0 */6 * * *", timezone="Asia/Tokyo", exclude=("2026-11-22/2026-11-23",)
    )
    first = next_occurrences(trigger, after=START, count=1, key="k")[0]
    assert first.astimezone(ZoneInfo("Asia/Tokyo")).isoformat() == "2026-11-24T00:00:00+09:00"


def test_five_fields_exclude_whole_minutes() -> None:
    trigger = CronTrigger(expression="*/20 * * * * *", exclude=("0-58 * * * *",))
    found = next_occurrences(trigger, after=START, count=4, key="k")
    assert [at.strftime("%M:%S") for at in found] == ["59:00", "59:20", "59:40", "59:00"]


def test_a_time_that_a_gap_moves_is_excluded_by_either_reading() -> None:
    gap_day = datetime(2027, 3, 14, tzinfo=ZoneInfo("America/New_York"))
    for excluded in ("30 2 * * 0", "0 3 * * *", "2027-03-14"):
        trigger = CronTrigger(
            expression="30 2 * * *", timezone="America/New_York", exclude=(excluded,)
        )
        first = next_occurrences(trigger, after=gap_day, count=1, key="k")[0]
        assert first.astimezone(ZoneInfo("America/New_York")).day == 15


def test_nothing_after_2100() -> None:
    late = datetime(2100, 12, 31, 23, 59, 58, tzinfo=UTC)
    for trigger in (
        CronTrigger(expression="* * * * * *"),
        CronTrigger(expression="* * * * * *", timezone="America/New_York"),
        IntervalTrigger(every=timedelta(seconds=1)),
    ):
        assert next_occurrences(trigger, after=late, count=5, key="k") == [
            late + timedelta(seconds=1)
        ]


def test_ten_instants_take_less_than_20_ms() -> None:
    triggers = [
        CronTrigger(expression=expression, timezone=zone, exclude=exclude)
        for n, expression in enumerate((*CHOSEN, *generated()))
        for zone in (ZONES[n % len(ZONES)],)
        for exclude in ((), ("* * * * 6,0", "2026-12-24/2027-01-06", "0-30 8 * * *"))
    ]
    spent = []
    for trigger in triggers:
        started = time.thread_time()
        try:
            next_occurrences(trigger, after=START, count=10, key="k")
        except CronError:
            continue
        spent.append(time.thread_time() - started)
    assert len(spent) > 800
    p95 = statistics.quantiles(spent, n=20)[-1]
    print(
        f"\nten instants of {len(spent)} triggers: p95 {p95 * 1000:.2f} ms, "
        f"longest {max(spent) * 1000:.2f} ms"
    )
    assert p95 < 0.020
