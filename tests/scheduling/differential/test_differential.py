"""Temporal fires our schedules exactly when our previews say."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import ScheduleSpec

from onthedot.activities.schedule.spec import to_schedule_spec
from onthedot.scheduling.compiling.compilation import compile_trigger
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.firing.clock_changes import changes, instant
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.trigger import CronTrigger
from tests.scheduling.differential.expressions import CHOSEN, ZONES, generated
from tests.scheduling.differential.kept_answers import KEEP, KeptAnswers, Period
from tests.scheduling.differential.temporal_clock import TemporalClock

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(3600)]

#: Each expression in all zones, which takes a quarter of an hour, not in one or two.
FULL = os.environ.get("ONTHEDOT_FULL") == "1"
KEY = "differential"
COMPILED_AT = datetime(2026, 11, 21, tzinfo=UTC)
YEARS = timedelta(days=731)
#: Expressions that fire more often than this in two years are compared around clock changes.
MANY = 1000
AT_ONCE = 8
#: One question in so many is asked whatever was kept: all zones have their turn.
ASKED_AGAIN = 8


@pytest.mark.parametrize(
    ("years_later", "every"),
    [pytest.param(0, 1, id="the-next-two-years"), pytest.param(3, 3, id="three-years-later")],
)
async def test_preview_is_what_temporal_does(
    temporal_clock: TemporalClock, years_later: int, every: int
) -> None:
    after = COMPILED_AT + timedelta(days=365 * years_later)
    pairs = list(_pairs(years_later, every, all_zones=FULL and years_later == 0))
    assert {zone for _, zone in pairs[::ASKED_AGAIN]} == set(ZONES)
    limit = asyncio.Semaphore(AT_ONCE)
    kept = KeptAnswers(temporal_clock.release)
    comparison = _Comparison(temporal_clock, kept)

    async def compare(n: int, expression: str, zone: str) -> None:
        async with limit:
            await comparison.of(expression, zone, after, again=n % ASKED_AGAIN == 0)

    await asyncio.gather(*(compare(n, *pair) for n, pair in enumerate(pairs)))
    if KEEP:
        kept.write()
    differences = comparison.differences
    print(
        f"\n{len(pairs)} pairs, {comparison.asked} of them asked, {comparison.instants} instants, "
        f"{len(differences)} differences"
    )
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


@dataclass
class _Comparison:
    """Of our previews with what one server says."""

    clock: TemporalClock
    kept: KeptAnswers
    asked: int = 0
    instants: int = 0
    differences: list[str] = field(default_factory=list)

    async def of(self, expression: str, zone: str, after: datetime, *, again: bool) -> None:
        """One expression in one zone. `again`: ask the server, whatever it answered before."""
        trigger = CronTrigger(expression=expression, timezone=zone)
        spec = to_schedule_spec(compile_trigger(trigger, key=KEY, at=COMPILED_AT))
        periods = list(_windows(trigger, after))
        ours = [_preview(trigger, start, end) for start, end in periods]
        self.instants += sum(map(len, ours))
        if self.kept.know(spec, periods, ours) and not (again or KEEP or FULL):
            return
        self.asked += 1
        theirs = await self._answers(spec, periods)
        if KEEP:
            self.kept.keep(spec, periods, theirs)
        for (start, _), mine, answered in zip(periods, ours, theirs, strict=True):
            if mine != answered:
                missing, false = set(mine) - set(answered), set(answered) - set(mine)
                self.differences.append(
                    f"{expression} in {zone} from {start}: missing {sorted(missing)[:3]}, "
                    f"false {sorted(false)[:3]}"
                )

    async def _answers(self, spec: ScheduleSpec, periods: list[Period]) -> list[list[datetime]]:
        async with self.clock.schedule(spec) as schedule:
            return [await schedule.times(start, end, MANY) for start, end in periods]


def _preview(trigger: CronTrigger, start: datetime, end: datetime) -> list[datetime]:
    instants = occurrences(trigger, after=start, key=KEY)
    return list(islice(takewhile(lambda at: at <= end, instants), MANY))


def _windows(trigger: CronTrigger, after: datetime) -> Iterator[tuple[datetime, datetime]]:
    """All of two years, or, for what fires often, what is near the clock changes in them."""
    until = after + YEARS
    last = next(islice(occurrences(trigger, after=after, key=KEY), MANY - 1, None), None)
    if last is None or last > until:
        yield after, until
        return
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
