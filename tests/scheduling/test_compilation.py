"""What a trigger compiles to: how much, for how long, and by which of the ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onthedot.scheduling.compiling.compilation import MOST_INSTANTS, compile_trigger
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger
from tests.scheduling.expressions import CHOSEN, ZONES, generated

AT = datetime(2026, 12, 31, 23, tzinfo=UTC)
#: Irregular days, a dense night and a fractional offset together: the worst that a search found.
HEAVY = ("0-29 0-59 0,3,7,15,16,18 1W,2W,3W,29W,30W,31W,L * 0#1,6L", "Pacific/Chatham")


@pytest.mark.parametrize(
    ("expression", "zone", "calendars", "instants", "timezone"),
    [
        ("0 9 * * 1-5", "UTC", 1, 0, "UTC"),
        ("0 9 * * 1-5", "America/New_York", 1, 0, "America/New_York"),
        ("*/15 9-17 * * *", "Europe/Rome", 1, 0, "Europe/Rome"),
        ("0 0 13 * 5", "Asia/Tokyo", 2, 0, "Asia/Tokyo"),
        ("30 2 * * *", "America/New_York", 14, 16, "America/New_York"),
        ("* * * * *", "America/New_York", 1, 0, "UTC"),
        ("* * * * * *", "Australia/Lord_Howe", 1, 0, "UTC"),
    ],
)
def test_parts(expression: str, zone: str, calendars: int, instants: int, timezone: str) -> None:
    compiled = compile_trigger(CronTrigger(expression=expression, timezone=zone), key="k", at=AT)
    assert (len(compiled.calendars), len(compiled.instants)) == (calendars, instants)
    assert compiled.timezone == timezone


def test_every_spec_is_small_and_holds_for_five_years() -> None:
    heaviest = 0
    for n, expression in enumerate((*CHOSEN, *generated(320))):
        trigger = CronTrigger(expression=expression, timezone=ZONES[n % len(ZONES)])
        try:
            compiled = compile_trigger(trigger, key="k", at=AT)
        except CronError:
            continue
        assert compiled.exact_until >= AT + timedelta(days=5 * 366)
        assert len(compiled.instants) <= MOST_INSTANTS
        heaviest = max(heaviest, compiled.parts)
    assert 0 < heaviest < 600


def test_the_heaviest_known() -> None:
    expression, zone = HEAVY
    compiled = compile_trigger(CronTrigger(expression=expression, timezone=zone), key="k", at=AT)
    assert compiled.parts < 700


def test_zones_without_changes_hold_to_the_end() -> None:
    trigger = CronTrigger(expression="0 9 * * *", timezone="Asia/Kolkata")
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
