"""Counting tags: one count at a time, cached for a while."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from onthedot.messages.bulk import TagCount
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.tasks.lists import known_tags
from onthedot.service.tasks.lists.known_tags import KnownTags
from onthedot.service.temporal.calls import Temporal
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


class Counting:
    """Replaces Temporal and the count, which take as long as they are told: a real count takes
    seconds only over very many tasks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime(2026, 3, 5, tzinfo=UTC)
        self.took = timedelta(0)
        self.number = 0
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.error: Exception | None = None
        self.begun = self.complete = True
        monkeypatch.setattr(known_tags, "TagCounter", lambda _: self)
        monkeypatch.setattr(known_tags, "_PATIENCE", timedelta(milliseconds=20))
        temporal: Any = SimpleNamespace(now=lambda: self.now)
        self.tags = KnownTags(cast(Temporal, temporal))

    async def count(self) -> None:
        """Count."""
        await self.goes_on.wait()
        if self.error is not None:
            raise self.error
        self.number += 1
        self.now += self.took

    def counts(self) -> list[TagCount]:
        """What was counted."""
        return [TagCount(tag="reports", tasks=self.number, failing=0, paused=0)]

    async def tasks(self) -> int:
        return (await self.tags.counted()).items[0].tasks


async def test_a_count_is_good_for_as_long_as_it_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)
    counting.took = timedelta(seconds=2)
    assert await asyncio.gather(*(counting.tasks() for _ in range(3))) == [1, 1, 1]
    counting.now += timedelta(seconds=39)
    assert await counting.tasks() == 1
    counting.now += timedelta(seconds=2)
    assert await counting.tasks() == 2


async def test_who_asks_waits_a_moment_and_then_gets_the_older_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting = Counting(monkeypatch)
    assert await counting.tasks() == 1
    counting.goes_on.clear()
    counting.now += timedelta(minutes=4)
    first = await counting.tags.counted()
    assert (first.items[0].tasks, counting.now - first.at) == (1, timedelta(minutes=4))
    # One that is too old is no answer.
    counting.now += timedelta(minutes=2)
    waits = asyncio.create_task(counting.tasks())
    counting.goes_on.set()
    assert await waits == 2


async def test_an_outage_is_told_however_young_the_last_count_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting = Counting(monkeypatch)
    assert await counting.tasks() == 1
    counting.now += timedelta(seconds=1)
    counting.error = TemporalUnavailable("nowhere")
    with pytest.raises(TemporalUnavailable):
        await counting.tasks()
    assert [each.tasks for each in await counting.tags.all()] == [1]
    counting.error = None
    assert await counting.tasks() == 2


async def test_without_a_count_what_is_counted_so_far_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting = Counting(monkeypatch)
    monkeypatch.setattr(known_tags, "_LONG_PATIENCE", timedelta(milliseconds=20))
    counting.goes_on.clear()
    found = await counting.tags.counted()
    assert not found.complete
    assert [each.tasks for each in found.items] == [0]
    counting.goes_on.set()

    async def complete() -> bool:
        return (await counting.tags.counted()).complete

    await eventually(complete)
    assert await counting.tasks() == 1
