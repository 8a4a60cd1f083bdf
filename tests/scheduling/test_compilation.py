"""What a trigger compiles to: how many parts, for how long, and in which way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onthedot.scheduling.compiling.compilation import compile_trigger
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger
from tests.scheduling.differential.calendar_cases import cases, known
from tests.scheduling.differential.expressions import CHOSEN, ZONES, generated

AT = datetime(2026, 12, 31, 23, tzinfo=UTC)
#: Irregular days, a dense night and a fractional offset together: the worst that a search found.
HEAVY = ("0-29 0-59 0,3,7,15,16,18 1W,2W,3W,29W,30W,31W,L * 0#1,6L", "Pacific/Chatham")


@pytest.mark.parametrize(
    ("expression", "zone", "most"),
    [
        ("0 9 * * 1-5", "UTC", 1),
        ("* * * * *", "America/New_York", 1),
        ("* * * * * *", "Australia/Lord_Howe", 1),
        ("0 9 * * *", "Asia/Tokyo", 1),
        ("0 9 * * *", "Europe/Rome", 40),
        ("30 2 * * *", "America/New_York", 40),
        ("*/15 9-17 * * 1-5", "Europe/Rome", 60),
    ],
)
def test_parts(expression: str, zone: str, most: int) -> None:
    compiled = compile_trigger(CronTrigger(expression=expression, timezone=zone), key="k", at=AT)
    assert 1 <= compiled.parts <= most


def test_every_spec_is_small_and_holds_for_five_years() -> None:
    heaviest = 0
    for n, expression in enumerate((*CHOSEN, *generated())):
        trigger = CronTrigger(expression=expression, timezone=ZONES[n % len(ZONES)])
        try:
            compiled = compile_trigger(trigger, key="k", at=AT)
        except CronError:
            continue
        assert compiled.exact_until >= AT + timedelta(days=5 * 366)
        heaviest = max(heaviest, compiled.parts)
    assert 0 < heaviest < 600


def test_what_is_excluded_costs_parts_of_its_own() -> None:
    holidays = [f"{year}-{day}" for year in (2027, 2028) for day in ("01-01", "05-01", "12-25")]
    trigger = CronTrigger(
        expression="*/5 8-18 * * *", timezone="America/New_York", exclude=(*holidays, "* * * * 6,0")
    )
    compiled = compile_trigger(trigger, key="k", at=AT)
    assert compiled.parts < 150
    assert compiled.excluded


def test_with_calendars_every_spec_is_small_and_holds_for_five_years() -> None:
    heaviest = 0
    for case in list(cases())[::97]:
        compiled = compile_trigger(case.trigger, key="k", at=AT, calendars=known())
        assert compiled.exact_until >= AT + timedelta(days=5 * 366)
        heaviest = max(heaviest, compiled.parts)
    assert 100 < heaviest < 600


def test_the_heaviest_known() -> None:
    expression, zone = HEAVY
    compiled = compile_trigger(CronTrigger(expression=expression, timezone=zone), key="k", at=AT)
    assert compiled.parts < 700


def test_an_interval_without_exclusions_holds_to_the_end() -> None:
    trigger = IntervalTrigger(every=timedelta(seconds=90), timezone="Europe/Rome")
    assert compile_trigger(trigger, key="k", at=AT).exact_until.year == 2100


def test_bounds_become_whole_seconds_within() -> None:
    trigger = IntervalTrigger(
        every=timedelta(seconds=90),
        start_at=AT + timedelta(seconds=0.5),
        end_at=AT + timedelta(seconds=900.5),
        jitter=timedelta(seconds=5),
    )
    compiled = compile_trigger(trigger, key="k", at=AT)
    assert compiled.start_at == AT + timedelta(seconds=1)
    assert compiled.end_at == AT + timedelta(seconds=900)
    assert compiled.jitter == timedelta(seconds=5)
    assert [(i.every, i.offset) for i in compiled.intervals] == [(90, 0)]


def test_late_in_the_century() -> None:
    trigger = CronTrigger(expression="30 2 * * *", timezone="America/New_York")
    at = datetime(2099, 6, 1, tzinfo=UTC)
    assert compile_trigger(trigger, key="k", at=at).exact_until > datetime(2100, 12, 1, tzinfo=UTC)
