"""In a burst, outcomes wait for attempts that are still to begin; else they do not wait."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from onthedot.activities.attempts.starts_first import StartsFirst
from tests.waiting import PATIENCE

pytestmark = pytest.mark.anyio

_LONG = timedelta(hours=1)


async def test_a_single_attempt_is_no_burst() -> None:
    starts = StartsFirst(gap=_LONG, patience=_LONG)
    await starts.over()
    starts.begun()
    await asyncio.wait_for(starts.over(), PATIENCE)


async def test_an_outcome_waits_while_attempts_keep_beginning() -> None:
    starts = StartsFirst(gap=timedelta(seconds=1), patience=_LONG)
    for _ in range(3):
        starts.begun()
    waiting = asyncio.create_task(starts.over())
    await asyncio.sleep(0)
    starts.begun()
    assert not waiting.done()
    await asyncio.wait_for(waiting, PATIENCE)


async def test_its_patience_ends() -> None:
    starts = StartsFirst(gap=_LONG, patience=timedelta(milliseconds=50))
    starts.begun()
    starts.begun()
    await asyncio.wait_for(starts.over(), PATIENCE)
