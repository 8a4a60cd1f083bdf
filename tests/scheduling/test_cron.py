"""The dialect: the meaning of each form, and refusals with the fix."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import pytest

from onthedot.scheduling.cron.expression import parse_cron
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.trigger import CronTrigger

START = datetime(2026, 11, 21, 12, tzinfo=UTC)  # a Saturday


def _next(expression: str, count: int = 3, key: str = "k") -> list[str]:
    found = occurrences(CronTrigger(expression=expression), after=START, key=key)
    return [at.strftime("%a %Y-%m-%d %H:%M:%S") for at in islice(found, count)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("*/90 * * * *", ["Sat 2026-11-21 13:00:00"]),
        ("30 15 9 * * *", ["Sun 2026-11-22 09:15:30"]),
        ("0 9 * * 7", ["Sun 2026-11-22 09:00:00", "Sun 2026-11-29 09:00:00"]),
        ("0 9 * * SAT-MON", ["Sun 2026-11-22 09:00:00", "Mon 2026-11-23 09:00:00"]),
        ("0 22-1 * * *", ["Sat 2026-11-21 22:00:00", "Sat 2026-11-21 23:00:00"]),
        ("0 0 13 * 5", ["Fri 2026-11-27 00:00:00", "Fri 2026-12-04 00:00:00"]),
        ("0 0 */10 * 1", ["Mon 2026-12-21 00:00:00", "Mon 2027-01-11 00:00:00"]),
        ("0 0 ? * 1", ["Mon 2026-11-23 00:00:00"]),
        ("0 0 L * *", ["Mon 2026-11-30 00:00:00", "Thu 2026-12-31 00:00:00"]),
        ("0 0 L 2 *", ["Sun 2027-02-28 00:00:00", "Tue 2028-02-29 00:00:00"]),
        ("0 0 LW * *", ["Mon 2026-11-30 00:00:00", "Thu 2026-12-31 00:00:00"]),
        ("0 0 LW 1,2 *", ["Fri 2027-01-29 00:00:00", "Fri 2027-02-26 00:00:00"]),
        ("0 0 15W * *", ["Tue 2026-12-15 00:00:00", "Fri 2027-01-15 00:00:00"]),
        ("0 0 15W 5,8 *", ["Fri 2027-05-14 00:00:00", "Mon 2027-08-16 00:00:00"]),
        ("0 0 1W 5 *", ["Mon 2027-05-03 00:00:00"]),
        ("0 0 * * 5L", ["Fri 2026-11-27 00:00:00", "Fri 2026-12-25 00:00:00"]),
        ("0 0 * * 5#2", ["Fri 2026-12-11 00:00:00", "Fri 2027-01-08 00:00:00"]),
        ("0 0 * 2 1#5", ["Mon 2044-02-29 00:00:00", "Mon 2072-02-29 00:00:00"]),
        ("0 0 15 * 5#2", ["Fri 2026-12-11 00:00:00", "Tue 2026-12-15 00:00:00"]),
        ("@hourly", ["Sat 2026-11-21 13:00:00"]),
        ("@DAILY", ["Sun 2026-11-22 00:00:00"]),
        ("@weekly", ["Sun 2026-11-22 00:00:00"]),
        ("@monthly", ["Tue 2026-12-01 00:00:00"]),
        ("@yearly", ["Fri 2027-01-01 00:00:00"]),
    ],
)
def test_meaning(expression: str, expected: list[str]) -> None:
    assert _next(expression, len(expected)) == expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("61 * * * *", "minute field: '61' is not understood. Use 0 to 59."),
        ("0 24 * * *", "hour field: '24' is not understood. Use 0 to 23."),
        ("0 0 0 * *", "day-of-month field: '0' is not understood"),
        ("0 0 * 13 *", "month field: '13' is not understood. Use 1 to 12 or JAN to DEC."),
        ("0 0 * * 8", "day-of-week field: '8' is not understood. Use 0 to 7 or SUN to SAT."),
        ("*/0 * * * *", "needs a step of 1 or more"),
        ("0,, * * * *", "an element is missing"),
        ("0 9 * * 5-5", "Write 5 or *."),
        ("0 22-5/3 * * *", "Write 1,4,22."),
        ("0 0 * * 1/3", "Write 1-6/3 or list the days."),
        ("0 0 * * 7/2", "Write 0-6/2 or list the days."),
        ("0 0 * * L", "5L is the last Friday"),
        ("0 0 * * 5#6", "5#2 is the second Friday"),
        ("0 0 L-3 * *", "day-of-month field"),
        ("0 0 15W-17W * *", "day-of-month field"),
        ("? * * * *", "is for the day-of-month and day-of-week fields"),
        ("0 0 ?,1 * *", "stands alone"),
        ("H(5-1) * * * *", "Write H(1-5)."),
        ("R * * * *", "minute field: 'R' is not understood"),
        ("@reboot", "for a fixed distance, use an interval trigger"),
        ("@every 5m", "for a fixed distance, use an interval trigger"),
        ("0 0 * *", "has 4 fields. Write five"),
        ("0 0 0 1 1 * 2027", "use start_at and end_at"),
        ("\uff10 0 * * *", "minute field"),
        ("", "has 0 fields"),
    ],
)
def test_refusals_name_the_field_and_the_mend(expression: str, said: str) -> None:
    with pytest.raises(CronError) as refused:
        parse_cron(expression, "k")
    assert said in str(refused.value)


def test_hash_is_spread_by_the_key_and_stays_for_ever() -> None:
    assert sorted(parse_cron("H * * * *", "nightly-report").minutes) == [7]
    assert sorted(parse_cron("H/15 * * * *", "nightly-report").minutes) == [7, 22, 37, 52]
    minutes = [min(parse_cron("H * * * *", f"task-{n}").minutes) for n in range(1000)]
    assert len(set(minutes)) == 60
    assert max(minutes.count(minute) for minute in range(60)) < 40
    seconds = {
        (min(cron.minutes), min(cron.seconds))
        for cron in (parse_cron("H H * * * *", f"task-{n}") for n in range(1000))
    }
    assert len(seconds) > 800


def test_hash_keeps_to_its_range_and_to_days_that_every_month_has() -> None:
    for n in range(200):
        key = f"task-{n}"
        assert parse_cron("0 H(0-7) * * *", key).hours <= set(range(8))
        assert parse_cron("0 0 H * *", key).days.day_of_month.days <= set(range(1, 29))
        assert parse_cron("0 0 * * H", key).days.day_of_week.weekdays <= set(range(7))
        stepped = sorted(parse_cron("H(0-29)/10 * * * *", key).minutes)
        assert len(stepped) == 3
        assert stepped[2] - stepped[0] == 20
