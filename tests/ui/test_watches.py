"""Live data: shared by its viewers, kept for those who return, and not read for nobody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from weakref import WeakSet

import pytest

from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.ui.watches import Seen, Watches
from tests.waiting import PATIENCE

pytestmark = pytest.mark.anyio

_SOON = timedelta(seconds=0.02)


class _Source:
    """Counts its reads; fails while `away`."""

    def __init__(self) -> None:
        self.reads = 0
        self.away = False

    async def read(self) -> int:
        await asyncio.sleep(0)
        if self.away:
            raise TemporalUnavailable("nowhere")
        self.reads += 1
        return self.reads


class _Listener:
    def __init__(self) -> None:
        self.told: list[Seen[Any]] = []
        self._news = asyncio.Event()

    def __call__(self, seen: Seen[Any]) -> None:
        self.told.append(seen)
        self._news.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.told) < count:
                self._news.clear()
                await self._news.wait()


async def test_who_looks_at_the_same_thing_shares_the_reads() -> None:
    watches, source, first, second = Watches(), _Source(), _Listener(), _Listener()
    stop_first = watches.subscribe("key", source.read, timedelta(hours=1), first)
    await first.until(1)
    stop_second = watches.subscribe("key", source.read, timedelta(hours=1), second)
    assert [seen.value for seen in second.told] == [1], "told the last value at once"
    watches.hurry()
    await second.until(2)
    assert source.reads == 2
    assert first.told == second.told[:1] + first.told[1:]
    stop_first()
    stop_second()


async def test_nothing_is_read_when_nobody_looks() -> None:
    watches, source, listener = Watches(), _Source(), _Listener()
    stop = watches.subscribe("key", source.read, _SOON, listener)
    await listener.until(2)
    stop()
    reads = source.reads
    # Another that is read as often has its turn again and again meanwhile.
    other, meanwhile = _Source(), _Listener()
    stop_other = watches.subscribe("other", other.read, _SOON, meanwhile)
    await meanwhile.until(5)
    stop_other()
    assert source.reads == reads


async def test_who_comes_back_sees_what_was_there() -> None:
    watches, source, first, second = Watches(), _Source(), _Listener(), _Listener()
    watches_stop = watches.subscribe("key", source.read, timedelta(hours=1), first)
    await first.until(1)
    watches_stop()
    source.away = True
    stop = watches.subscribe("key", source.read, timedelta(hours=1), second)
    assert second.told[0].value == 1
    await second.until(2)
    assert second.told[1].value == 1
    assert isinstance(second.told[1].error, TemporalUnavailable)
    stop()


async def test_an_outage_keeps_the_last_value_and_ends_by_itself() -> None:
    watches, source, listener = Watches(), _Source(), _Listener()
    stop = watches.subscribe("key", source.read, _SOON, listener)
    await listener.until(1)
    source.away = True
    known = len(listener.told)
    await listener.until(known + 2)
    last = listener.told[-1]
    assert isinstance(last.error, TemporalUnavailable)
    assert last.value == source.reads
    source.away = False
    known = len(listener.told)
    await listener.until(known + 2)
    recovered = listener.told[-1]
    assert recovered.error is None
    stop()


async def test_where_nothing_happens_reads_become_rare_until_something_is_changed() -> None:
    watches, listener, value = Watches(), _Listener(), 0

    async def read() -> int:
        await asyncio.sleep(0)
        return value

    stop = watches.subscribe("key", read, _SOON, listener)
    watch = watches._watches["key"]
    usual = watch.pause(0)
    await listener.until(40)
    assert watch.pause(0) == 5 * usual
    watches.hurry()
    await listener.until(len(listener.told) + 1)
    assert watch.pause(0) == usual
    stop()


@dataclass(frozen=True)
class _Beat:
    number: int

    def is_like(self, other: _Beat) -> bool:
        return True


async def test_a_value_that_says_that_nothing_happened_is_told_and_calms() -> None:
    number = 0

    async def read() -> _Beat:
        nonlocal number
        await asyncio.sleep(0)
        number += 1
        return _Beat(number)

    watches, listener = Watches(), _Listener()
    stop = watches.subscribe("beat", read, _SOON, listener)
    await listener.until(3)
    assert [seen.value for seen in listener.told[:3]] == [_Beat(1), _Beat(2), _Beat(3)]
    assert watches._watches["beat"].unchanged >= 2
    stop()


class _Resting:
    """Replaces what a page watches."""

    def __init__(self) -> None:
        self.rests = False

    def rest(self) -> None:
        self.rests = True

    def wake(self) -> None:
        self.rests = False


class _Page:
    """Replaces NiceGUI's client."""


async def test_nothing_is_read_for_a_page_that_is_closed_or_hidden() -> None:
    watches, page, live = Watches(), cast(Any, _Page()), cast(Any, _Resting())
    watches.of_pages[page] = WeakSet([live])
    watches.connected(page, connected=False)
    assert live.rests
    watches.connected(page, connected=True)
    assert not live.rests
    watches.looked_at(page, looked=False)
    watches.connected(page, connected=False)
    watches.connected(page, connected=True)
    assert live.rests, "nobody looks at it yet"
    watches.looked_at(page, looked=True)
    assert not live.rests
