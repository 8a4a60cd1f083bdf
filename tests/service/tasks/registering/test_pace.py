"""How many registrations of a batch are in flight."""

from __future__ import annotations

import asyncio

import pytest

from onthedot.service.tasks.registering.pace import Pace
from tests.waiting import PATIENCE

pytestmark = pytest.mark.anyio

_QUICK, _SLOW = 0.01, 1.0


async def _ended(pace: Pace, seconds: float, times: int) -> None:
    for _ in range(times):
        await pace.turn()
        pace.ended(seconds)


async def test_all_places_are_used_while_temporal_is_quick() -> None:
    pace = Pace(16)
    assert pace.places < 16
    await _ended(pace, _QUICK, 20)
    assert pace.places == 16


async def test_slow_answers_leave_fewer_places_and_quick_ones_fill_them_again() -> None:
    pace = Pace(16)
    await _ended(pace, _QUICK, 20)
    await _ended(pace, _SLOW, 10)
    assert 6 <= pace.places <= 10
    await _ended(pace, _SLOW, 100)
    assert pace.places == 2
    await _ended(pace, _QUICK, 200)
    assert pace.places == 16


async def test_nobody_has_a_turn_before_a_place_is_free() -> None:
    pace = Pace(16)
    for _ in range(pace.places):
        await pace.turn()
    waiting = asyncio.create_task(pace.turn())
    await asyncio.sleep(0)
    assert not waiting.done()
    pace.ended(_QUICK)
    await asyncio.wait_for(waiting, PATIENCE)
