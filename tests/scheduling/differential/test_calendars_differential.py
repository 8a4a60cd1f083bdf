"""Triggers with calendars: what we list is what an enumeration of days lists, and what Temporal
fires.

A part of the cases is tried by default, and all of them with `-m full`.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest

from onthedot.activities.schedule.spec import to_schedule_spec
from onthedot.scheduling.compiling.compilation import compile_trigger
from onthedot.scheduling.firing.occurrences import occurrences
from tests.scheduling.differential.calendar_cases import SETUPS, TODAY, ZONES, Case, cases, known
from tests.scheduling.differential.day_oracle import instants
from tests.scheduling.differential.temporal_clock import TemporalClock

KEY = "calendars"
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
UNTIL = NOW + timedelta(days=731)
AT_ONCE = 8

#: One of so many cases; primes, so that all zones, calendars and policies have their turn.
BY_ENUMERATION = [197, pytest.param(1, marks=pytest.mark.full)]
BY_TEMPORAL = [797, pytest.param(3, marks=pytest.mark.full)]


def _ours(case: Case) -> list[datetime]:
    found = occurrences(case.trigger, after=NOW, key=KEY, calendars=known())
    return list(takewhile(lambda at: at <= UNTIL, found))


def _difference(case: Case, ours: list[datetime], theirs: list[datetime]) -> str:
    missing, false = set(theirs) - set(ours), set(ours) - set(theirs)
    return f"{case}: missing {sorted(missing)[:3]}, false {sorted(false)[:3]}"


def test_there_are_enough_cases() -> None:
    assert len(list(cases())) == 200 * len(SETUPS) * len(ZONES) == 14_400


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("every", BY_ENUMERATION)
def test_preview_is_what_enumerating_days_lists(every: int) -> None:
    tried, compared, differences = 0, 0, []
    for case in list(cases())[::every]:
        ours, theirs = _ours(case), instants(case, NOW, UNTIL)
        tried, compared = tried + 1, compared + len(ours)
        if ours != theirs:
            differences.append(_difference(case, ours, theirs))
    print(f"\n{tried} cases, {compared} instants, {len(differences)} differences")
    assert differences == []
    assert compared


@pytest.mark.anyio
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("every", BY_TEMPORAL)
async def test_preview_is_what_temporal_does_with_calendars(
    temporal_clock: TemporalClock, every: int
) -> None:
    limit = asyncio.Semaphore(AT_ONCE)
    tried, compared, most, differences = 0, 0, 0, []

    async def compare(case: Case) -> None:
        nonlocal tried, compared, most
        async with limit:
            ours = _ours(case)
            compiled = compile_trigger(case.trigger, key=KEY, at=NOW, calendars=known())
            async with temporal_clock.schedule(to_schedule_spec(compiled)) as schedule:
                theirs = await schedule.times(NOW, UNTIL, len(ours) + 1000)
        tried, compared, most = tried + 1, compared + len(ours), max(most, compiled.parts)
        if ours != theirs:
            differences.append(_difference(case, ours, theirs))

    await asyncio.gather(*(compare(case) for case in list(cases())[::every]))
    print(f"\n{tried} cases, {compared} instants, {len(differences)} differences, {most} parts")
    assert differences == []
