"""What Temporal does with our schedules is what our previews say, instant by instant.

By default each expression is tried in one zone or two, all zones having their turn; with
ONTHEDOT_FULL=1 each is tried in all of them, which takes a quarter of an hour.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest

from onthedot.activities.schedule.spec import to_schedule_spec
from onthedot.scheduling.compiling.compilation import compile_trigger
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.firing.clock_changes import changes, instant
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.trigger import CronTrigger
from tests.scheduling.differential.expressions import CHOSEN, ZONES, generated
from tests.scheduling.differential.temporal_clock import TemporalClock

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(3600)]

FULL = os.environ.get("ONTHEDOT_FULL") == "1"
KEY = "differential"
COMPILED_AT = datetime(2026, 11, 21, tzinfo=UTC)
YEARS = timedelta(days=731)
#: Expressions that fire more often than this in two years are compared around clock changes.
MANY = 1000
AT_ONCE = 8


@pytest.mark.parametrize(
    ("years_later", "every"),
    [pytest.param(0, 1, id="the-next-two-years"), pytest.param(3, 3, id="three-years-later")],
)
async def test_preview_is_what_temporal_does(
    temporal_clock: TemporalClock, years_later: int, every: int
) -> None:
    after = COMPILED_AT + timedelta(days=365 * years_later)
    pairs = list(_pairs(years_later, every, all_zones=FULL and years_later == 0))
    limit = asyncio.Semaphore(AT_ONCE)
    differences: list[str] = []
    compared = 0

    async def compare(expression: str, zone: str) -> None:
        nonlocal compared
        async with limit:
            found, count = await _differences(temporal_clock, expression, zone, after)
            differences.extend(found)
            compared += count

    await asyncio.gather(*(compare(expression, zone) for expression, zone in pairs))
    print(f"\n{len(pairs)} pairs, {compared} instants, {len(differences)} differences")
    assert differences == []


def _pairs(shift: int, every: int, *, all_zones: bool) -> Iterator[tuple[str, str]]:
    """Each (or each second, third) expression with all zones, or with the next one in turn."""
    accepted = [e for e in (*CHOSEN, *generated()) if _fires(e)]
    assert len(CHOSEN) >= 100
    assert len(accepted) - len(CHOSEN) >= 300
    for n, expression in enumerate(accepted[::every]):
        turn = range(len(ZONES)) if all_zones else [n * 7 + shift]
        yield from ((expression, ZONES[k % len(ZONES)]) for k in turn)


def _fires(expression: str) -> bool:
    try:
        trigger = CronTrigger(expression=expression)
        return next(occurrences(trigger, after=COMPILED_AT, key=KEY), None) is not None
    except CronError:
        return False


async def _differences(
    clock: TemporalClock, expression: str, zone: str, after: datetime
) -> tuple[list[str], int]:
    trigger = CronTrigger(expression=expression, timezone=zone)
    spec = to_schedule_spec(compile_trigger(trigger, key=KEY, at=COMPILED_AT))
    found: list[str] = []
    compared = 0
    async with clock.schedule(spec) as schedule:
        for start, end in _windows(trigger, after):
            ours = list(
                islice(
                    takewhile(
                        lambda at, end=end: at <= end,  # type: ignore[misc]
                        occurrences(trigger, after=start, key=KEY),
                    ),
                    MANY,
                )
            )
            theirs = await schedule.times(start, end, MANY)
            compared += len(ours)
            if ours != theirs:
                missing, false = set(ours) - set(theirs), set(theirs) - set(ours)
                found.append(
                    f"{expression} in {zone} from {start}: missing {sorted(missing)[:3]}, "
                    f"false {sorted(false)[:3]}"
                )
    return found, compared


def _windows(trigger: CronTrigger, after: datetime) -> Iterator[tuple[datetime, datetime]]:
    """All of two years, or, for what fires often, what is near the clock changes in them."""
    until = after + YEARS
    often = len(list(islice(occurrences(trigger, after=after, key=KEY), MANY))) == MANY
    last = next(islice(occurrences(trigger, after=after, key=KEY), MANY - 1, None), None)
    if not often or (last is not None and last > until):
        yield after, until
        return
    assert last is not None
    yield after, after + (last - after) / 4
    dense = (last - after) < timedelta(days=3)
    zone = ZoneInfo(trigger.timezone)
    for change in changes(zone, int(after.timestamp()), int(until.timestamp())):
        at = instant(change.at)
        if not dense:
            yield at - timedelta(days=3), at + timedelta(days=3)
            continue
        for hours in (-2, -1, -0.5, 0, 0.5, 1, 2):
            near = at + timedelta(hours=hours)
            yield near - timedelta(minutes=3), near + timedelta(minutes=3)
        if last - after > timedelta(hours=20):
            yield at - timedelta(hours=8), at + timedelta(hours=8)
