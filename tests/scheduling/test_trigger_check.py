"""Which triggers are accepted, how they are completed, and all problems of refused ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from onthedot.scheduling.checking.trigger import settle_trigger
from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.trigger import OnceTrigger, Trigger

NOW = datetime(2026, 11, 21, tzinfo=UTC)
_TRIGGER: TypeAdapter[Trigger] = TypeAdapter(Trigger)


def _settle(**given: Any) -> Trigger:
    return settle_trigger(
        _TRIGGER.validate_python(given), now=NOW, catchup_window=timedelta(hours=1), key="k"
    )


def _problems(**given: Any) -> dict[str, str]:
    with pytest.raises(InvalidDefinition) as refused:
        _settle(**given)
    return {problem.field: problem.message for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({"delay": "PT10M"}, datetime(2026, 11, 21, 0, 10, tzinfo=UTC)),
        ({"delay": 0}, NOW),
        ({"at": "2026-12-24T18:00:00+01:00"}, datetime(2026, 12, 24, 17, tzinfo=UTC)),
        (
            {"at": "2026-12-24T18:00:00", "timezone": "Europe/Rome"},
            datetime(2026, 12, 24, 17, tzinfo=UTC),
        ),
        ({"at": "2026-11-20T23:30:00Z"}, datetime(2026, 11, 20, 23, 30, tzinfo=UTC)),
    ],
)
def test_once_becomes_an_instant(given: dict[str, Any], at: datetime) -> None:
    settled = _settle(kind="once", **given)
    assert isinstance(settled, OnceTrigger)
    assert settled.at == at
    assert settled.at is not None
    assert settled.at.tzinfo is UTC
    assert settled.delay is None
    assert settled.timezone == given.get("timezone")


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({}, "trigger.at", "either `at` or `delay`"),
        ({"at": "2027-01-01T00:00:00Z", "delay": 5}, "trigger.at", "either `at` or `delay`"),
        ({"at": "2027-01-01T00:00:00"}, "trigger.at", "needs an offset"),
        ({"at": "2026-11-20T22:59:00Z"}, "trigger.at", "longer ago than `catchup_window`"),
        ({"at": "2101-01-01T00:00:00Z"}, "trigger.at", "after the year 2100"),
        ({"delay": "P36525D"}, "trigger.at", "after the year 2100"),
        (
            {"at": "2027-03-14T02:30:00", "timezone": "America/New_York"},
            "trigger.at",
            "does not exist",
        ),
        (
            {"at": "2027-11-07T01:30:00", "timezone": "America/New_York"},
            "trigger.at",
            "Write 2027-11-07T01:30:00-04:00 or 2027-11-07T01:30:00-05:00.",
        ),
        (
            {"at": "2027-11-07T01:30:00", "timezone": "America/NewYork"},
            "trigger.timezone",
            "Did you mean America/New_York?",
        ),
        ({"at": "9999-12-31T23:59:00", "timezone": "America/New_York"}, "trigger.at", "2100"),
    ],
)
def test_once_is_refused(given: dict[str, Any], field: str, said: str) -> None:
    assert said in _problems(kind="once", **given)[field]


def test_all_problems_are_told_at_once() -> None:
    problems = _problems(
        kind="cron",
        expression="x * * * *",
        timezone="Nowhere/City",
        exclude=["2026-02-30", "5-5 * * * *", "2026-01-02/2026-01-01", "2026-01-02"],
        jitter="P50D",
        start_at="2027-01-01T00:00:00Z",
        end_at="2026-12-01T00:00:00Z",
    )
    assert set(problems) == {
        "trigger.expression",
        "trigger.timezone",
        "trigger.exclude.0",
        "trigger.exclude.1",
        "trigger.exclude.2",
        "trigger.jitter",
        "trigger.end_at",
    }


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"expression": "0 0 30 2 *"}, "trigger.expression", "never fires"),
        ({"expression": "0 0 31 4,6,9,11 *"}, "trigger.expression", "never fires"),
        (
            {"expression": "0 0 1 * *", "end_at": "2026-11-30T00:00:00Z"},
            "trigger.end_at",
            "nothing is due",
        ),
        (
            {"expression": "0 9 * * *", "exclude": ["0 9 * * *"]},
            "trigger.exclude",
            "excludes every occurrence",
        ),
        (
            {"expression": "* * * * * *", "exclude": ["0-29 * * * *", "30-59 * * * *"]},
            "trigger.exclude",
            "excludes every occurrence",
        ),
        ({"expression": "@daily", "end_at": "2026-11-20T00:00:00Z"}, "trigger.end_at", "past"),
        ({"expression": "@daily", "start_at": "2101-01-01T00:00:00Z"}, "trigger.start_at", "2100"),
        ({"expression": "@daily", "timezone": "europe/rome"}, "trigger.timezone", "Europe/Rome"),
        ({"expression": "@daily", "timezone": "../etc/passwd"}, "trigger.timezone", "IANA"),
        ({"expression": "@daily", "jitter": 0.0001}, "trigger.jitter", "millisecond"),
    ],
)
def test_cron_is_refused(given: dict[str, Any], field: str, said: str) -> None:
    assert said in _problems(kind="cron", **given)[field]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"every": 0.5}, "trigger.every"),
        ({"every": 1.5}, "trigger.every"),
        ({"every": 0}, "trigger.every"),
        ({"every": 90, "offset": 90}, "trigger.offset"),
        ({"every": 90, "offset": 0.5}, "trigger.offset"),
        ({"every": 7, "exclude": ["* * * * *"]}, "trigger.exclude"),
    ],
)
def test_interval_is_refused(given: dict[str, Any], field: str) -> None:
    assert field in _problems(kind="interval", **given)


def test_what_is_right_stays_as_it_was_written() -> None:
    given = {"kind": "cron", "expression": " 0 9 * * mon-fri ", "timezone": "Europe/Rome"}
    settled = _settle(**given)
    assert settled.model_dump(include=set(given)) == given


def test_exclusions_that_temporal_would_give_up_on() -> None:
    year = ["2026-11-22/2027-11-21"]
    assert "divides a day" in _problems(kind="interval", every=7, exclude=year)["trigger.exclude"]
    assert _settle(kind="interval", every=6, exclude=year)
    jittered = _problems(kind="cron", expression="* * * * * *", jitter=5, exclude=year)
    assert "longer than the distance" in jittered["trigger.jitter"]
