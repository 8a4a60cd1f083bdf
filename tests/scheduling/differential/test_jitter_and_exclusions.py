"""Jitter, exclusions, bounds and intervals: Temporal fires exactly when our previews say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from onthedot.activities.schedule.spec import to_schedule_spec
from onthedot.scheduling.compiling.compilation import compile_trigger
from onthedot.scheduling.firing.clock_changes import changes, instant
from onthedot.scheduling.firing.jitter import jitter_seed, jittered
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, Recurring
from tests.scheduling.differential.expressions import CHOSEN, ZONES
from tests.scheduling.differential.temporal_clock import TemporalClock

KEY = "jitter"
AT = datetime(2026, 11, 21, tzinfo=UTC)
EXPRESSIONS = (
    "* * * * 0",
    "* 0-8 * * *",
    "0 2 * * *",
    "* * 25 12 *",
    "*/20 1-3 * * *",
    "30 2 * * 0",
)
MOST = 1000


@pytest.mark.anyio
async def test_preview_of_any_trigger_is_what_temporal_does(temporal_clock: TemporalClock) -> None:
    draw = random.Random(20261121)
    differences: list[str] = []
    compared = 0
    for _ in range(40):
        trigger = _trigger(draw)
        spec = to_schedule_spec(compile_trigger(trigger, key=KEY, at=AT))
        async with temporal_clock.schedule(spec) as schedule:
            seed = jitter_seed(temporal_clock.namespace_id, schedule.handle.id)
            for start, end in _windows(trigger):
                theirs = await schedule.times(start, end, MOST)
                ours = list(islice(_between(trigger, start, end, seed), MOST))
                compared += len(ours)
                if ours != theirs:
                    wrong = sorted(set(ours) ^ set(theirs))[:4]
                    differences.append(f"{trigger!r} from {start}: {[str(w) for w in wrong]}")
    print(f"\n{compared} instants, {len(differences)} differences")
    assert differences == []


def _between(trigger: Recurring, start: datetime, end: datetime, seed: str) -> Iterator[datetime]:
    """Ours, less what jitter moves into the window from a nominal instant before it."""
    nominal = next(occurrences(trigger, after=start, key=KEY), None)
    for found in occurrences(trigger, after=start, key=KEY, jitter_seed=seed):
        if found > end:
            return
        if nominal is not None and found >= nominal:
            yield found


def _windows(trigger: Recurring) -> list[tuple[datetime, datetime]]:
    zone = ZoneInfo(trigger.timezone)
    near = changes(zone, int(AT.timestamp()), int(AT.timestamp()) + 731 * 86_400)
    starts = [AT, *(instant(change.at) - timedelta(hours=30) for change in near)]
    found = [(start, start + timedelta(hours=54)) for start in starts]
    return [*found, (AT, AT + timedelta(days=731))]


def _trigger(draw: random.Random) -> Recurring:
    zone = draw.choice(ZONES)
    start = draw.choice([None, AT + timedelta(days=draw.randint(1, 90), seconds=0.5)])
    end = draw.choice([None, AT + timedelta(days=draw.randint(100, 700), seconds=0.25)])
    shared: dict[str, Any] = {
        "timezone": zone,
        "start_at": start,
        "end_at": end,
        "jitter": timedelta(seconds=draw.choice([0, 0, 1.5, 30, 600, 7200, 200_000])),
        "exclude": tuple(_exclusion(draw, zone) for _ in range(draw.randint(0, 4))),
    }
    if draw.random() < 0.25:
        every = draw.choice([1, 7, 90, 3600, 3601, 86_400, 86_399, 200_000, 5_000_000])
        offset = draw.randrange(every)
        return IntervalTrigger(
            every=timedelta(seconds=every), offset=timedelta(seconds=offset), **shared
        )
    return CronTrigger(expression=draw.choice(CHOSEN), **shared)


def _exclusion(draw: random.Random, zone: str) -> str:
    if draw.random() < 0.5:
        return draw.choice(EXPRESSIONS)
    near = changes(ZoneInfo(zone), int(AT.timestamp()), int(AT.timestamp()) + 731 * 86_400)
    days = [instant(change.at).astimezone(ZoneInfo(zone)).date() for change in near]
    first = draw.choice([*days, date(2026, 12, 25), date(2028, 2, 29)])
    first += timedelta(days=draw.randint(-1, 1))
    if draw.random() < 0.5:
        return first.isoformat()
    return f"{first}/{first + timedelta(days=draw.randint(0, 9))}"


def test_jitter_stays_below_the_next_occurrence() -> None:
    seed = jitter_seed(str(UUID(int=1)), "schedule")
    for minutes in range(200):
        nominal = AT + timedelta(minutes=minutes)
        following = nominal + timedelta(minutes=1)
        moved = jittered(nominal, following, timedelta(hours=1), seed)
        assert nominal <= moved < following


def test_jitter_spreads_over_its_window() -> None:
    moved = [
        jittered(AT + timedelta(days=n), None, timedelta(hours=1), "a seed that is long enough")
        - (AT + timedelta(days=n))
        for n in range(500)
    ]
    assert min(moved) < timedelta(minutes=2)
    assert max(moved) > timedelta(minutes=58)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "trigger",
    [
        IntervalTrigger(every=timedelta(seconds=1), exclude=("2026-11-22/2027-11-21",)),
        IntervalTrigger(every=timedelta(seconds=7), exclude=("2026-11-22/2027-01-21",)),
        IntervalTrigger(
            every=timedelta(minutes=1), timezone="Europe/Rome", exclude=("2026-11-22/2028-11-22",)
        ),
        CronTrigger(
            expression="* * * * *",
            timezone="Europe/Rome",
            exclude=("* 1-23 * * *", "2026-11-22/2028-02-05"),
        ),
        CronTrigger(expression="*/5 * * * * *", exclude=("* * * 12,1-6 *",)),
    ],
)
async def test_exclusions_too_long_for_temporal_to_skip(
    temporal_clock: TemporalClock, trigger: Recurring
) -> None:
    """Temporal abandons a schedule that excludes 1.2 million instants in a row."""
    spec = to_schedule_spec(compile_trigger(trigger, key=KEY, at=AT))
    start = AT + timedelta(hours=22, minutes=55)
    async with temporal_clock.schedule(spec) as schedule:
        theirs = await schedule.times(start, AT + timedelta(days=1000), 2 * MOST)
    ours = list(islice(occurrences(trigger, after=start, key=KEY), len(theirs)))
    assert len(theirs) == 2 * MOST
    assert ours == theirs
