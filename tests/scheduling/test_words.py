"""Triggers in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from onthedot.scheduling.checking.trigger_warnings import warnings
from onthedot.scheduling.cron.expression import parse_cron
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.trigger import CalendarUse, CronTrigger, IntervalTrigger, OnceTrigger
from onthedot.scheduling.wording.trigger import describe
from tests.scheduling.differential.expressions import ZONES, expressions

AFTER = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 9 * * 1-5", "At 09:00, Monday to Friday"),
        ("0 9 * * *", "At 09:00, every day"),
        ("* * * * *", "Every minute"),
        ("* * * * * *", "Every second"),
        ("*/10 * * * * *", "Every 10 seconds"),
        ("30 0 9 * * *", "At 09:00:30, every day"),
        ("*/15 9-17 * * 1-5", "Every 15 minutes from 09:00 to 17:45, Monday to Friday"),
        ("0 * * * *", "Every hour"),
        ("7 * * * *", "Every hour at minute 7"),
        ("0 */2 * * *", "Every 2 hours"),
        ("0 9-17 * * *", "Every hour from 09:00 to 17:00"),
        ("*/90 * * * *", "Every hour"),
        ("10-20 * * * *", "At minutes 10 to 20 of every hour"),
        ("0 9,17 1,15 * *", "At 09:00 and 17:00, on days 1 and 15 of the month"),
        ("0 0 13 * 5", "At 00:00, on day 13 of the month or on Friday"),
        ("0 0 */10 * 1", "At 00:00, on days 1, 11, 21 and 31 of the month, only on Monday"),
        ("0 0 29 2 *", "At 00:00, on day 29 of February"),
        ("0 0 1,L * *", "At 00:00, on day 1 and the last day of the month"),
        ("0 0 LW * *", "At 00:00, on the last weekday of the month"),
        ("0 0 15W * *", "At 00:00, on the weekday nearest to day 15 of the month"),
        ("0 0 ? * 5#2,1#1", "At 00:00, on the first Monday and second Friday of the month"),
        ("0 0 * * 5L", "At 00:00, on the last Friday of the month"),
        ("0 0 * 6-8 MON", "At 00:00, on Monday, June to August"),
        ("0 0 * * SAT,SUN", "At 00:00, on Saturday and Sunday"),
        ("5 */5 * * * *", "Every 5 minutes, at second 5"),
        ("*/10 30 9 * * *", "In the minute of 09:30, every 10 seconds"),
        ("H H * * *", "At 03:36, every day"),
        ("@yearly", "At 00:00, on day 1 of January"),
    ],
)
def test_cron_words(expression: str, words: str) -> None:
    assert describe(CronTrigger(expression=expression), key="x") == words


def test_other_words() -> None:
    assert describe(IntervalTrigger(every=timedelta(seconds=90))) == "Every 90 seconds"
    assert describe(IntervalTrigger(every=timedelta(hours=1))) == "Every hour"
    shifted = IntervalTrigger(
        every=timedelta(days=1), offset=timedelta(hours=6), jitter=timedelta(minutes=5)
    )
    assert describe(shifted) == "Every day, shifted by 6 hours, up to 5 minutes later"
    once = OnceTrigger(at=datetime(2026, 12, 24, 17, tzinfo=UTC), timezone="Europe/Rome")
    assert describe(once) == "Once, on 24 December 2026 at 18:00 (Europe/Rome)"
    excluded = CronTrigger(expression="0 9 * * *", exclude=("2026-12-24/2026-12-26", "* * * * 0"))
    assert describe(excluded) == (
        "At 09:00, every day, except on 2026-12-24 to 2026-12-26, except when * * * * 0 matches"
    )


_IT, _OFFICE = CalendarUse(calendar="it"), CalendarUse(calendar="office")


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"exclude": (_IT,)}, "except on days in calendar it"),
        ({"only": _OFFICE}, "only on days in calendar office"),
        (
            {"exclude": (_IT, "2026-12-24"), "on_excluded": "next_day"},
            "moved to the next day if it falls on days in calendar it or 2026-12-24",
        ),
        (
            {"exclude": ("* * * * 0",), "only": _OFFICE, "on_excluded": "previous_day"},
            "moved to the previous day if * * * * 0 matches or it falls outside calendar office",
        ),
        (
            {"exclude": (_IT, "2026-12-24", "* * * * 0"), "on_excluded": "next_day"},
            "moved to the next day if one of 3 exclusions applies",
        ),
    ],
)
def test_words_for_calendars(limits: dict[str, Any], words: str) -> None:
    trigger = CronTrigger(expression="0 9 * * *", **limits)
    assert describe(trigger) == f"At 09:00, every day, {words}"


def _warnings(expression: str, zone: str = "UTC") -> str:
    trigger = CronTrigger(expression=expression, timezone=zone)
    return "\n".join(warnings(trigger, after=AFTER, key="x"))


@pytest.mark.parametrize(
    ("expression", "zone", "said"),
    [
        ("* * * * * *", "UTC", "every second: 86,400 runs a day"),
        ("0 0 13 * 5", "UTC", "match either one"),
        ("0 0 */2 * 5", "UTC", "match both"),
        ("0 0 31 * *", "UTC", "no day 31 in February, April, June, September and November"),
        ("0 0 29 2 *", "UTC", "no day 29 in February outside leap years"),
        ("*/90 * * * *", "UTC", "names only 0"),
        ("*/7 * * * *", "UTC", "56 is followed by 0 after 4 minutes"),
        ("H H * * *", "UTC", "derived from the task's id"),
        ("30 2 * * *", "America/New_York", "2027-03-14 clocks in America/New_York skip 02:00"),
        ("30 1 * * *", "America/New_York", "01:30 runs the first time only"),
        ("*/30 1 * * *", "America/New_York", "01:00 and 01:30 run both times"),
        ("*/30 2 * * *", "America/New_York", "02:00 and 02:30 are left out that day"),
        ("30 23 * * *", "America/Nuuk", "23:30 runs at 00:00, once"),
        ("0 * * * *", "Australia/Lord_Howe", "02:00 is left out that day"),
    ],
)
def test_warnings(expression: str, zone: str, said: str) -> None:
    assert said in _warnings(expression, zone)


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("0 9 * * 1-5", "America/New_York"),
        ("*/5 * * * *", "America/New_York"),
        ("0 * * * *", "Europe/Paris"),
        ("*/15 * * * *", "Australia/Lord_Howe"),
        ("30 2 * * *", "Asia/Tokyo"),
        ("30 2 * * 1-5", "Europe/Rome"),
        ("0 0 1-28 * *", "UTC"),
    ],
)
def test_no_warning_where_nothing_surprises(expression: str, zone: str) -> None:
    assert _warnings(expression, zone) == ""


def test_interval_and_once_warnings() -> None:
    assert warnings(IntervalTrigger(every=timedelta(seconds=1)), after=AFTER)
    assert warnings(IntervalTrigger(every=timedelta(seconds=90)), after=AFTER) == []
    assert warnings(OnceTrigger(at=AFTER), after=AFTER) == []


def test_jitter_and_exclusion_warnings() -> None:
    trigger = CronTrigger(
        expression="0 9 * * 1-5",
        exclude=("0 8 * * *", "* * * * 0", "2026-11-22", "2026-12-25", "2030-01-01", "* 9 1 1 *"),
        jitter=timedelta(days=2),
    )
    said = warnings(trigger, after=AFTER)
    assert said[0].startswith("Jitter of 2 days is longer than")
    idle = [line.split()[2:-6] for line in said[1:]]
    assert [" ".join(words) for words in idle] == ["0 8 * * *", "* * * * 0", "2026-11-22"]
    every_minute = IntervalTrigger(every=timedelta(minutes=1), jitter=timedelta(minutes=2))
    assert "it always ends before the next one" in warnings(every_minute, after=AFTER)[0]


@settings(max_examples=300)
@given(expressions(), st.sampled_from(ZONES))
def test_words_for_all_that_is_accepted(expression: str, zone: str) -> None:
    try:
        parse_cron(expression, "k")
    except CronError:
        assume(False)
    trigger = CronTrigger(expression=expression, timezone=zone)
    said = describe(trigger, key="k")
    assert said[0].isupper()
    assert not {"  ", ", ,", "None"} & {said[n : n + 3] for n in range(len(said))}
    assert all(line.endswith(".") for line in warnings(trigger, after=AFTER, key="k"))
