"""Waiting for a condition that has to be asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeVar

from onthedot.scheduling.errors import TemporalUnavailable

T = TypeVar("T")


async def eventually(ask: Callable[[], Awaitable[T | None]], seconds: float = 30.0) -> T:
    """The first answer that is true. That a busy machine does not answer in time is none.

    Raises:
        TimeoutError: there was none within `seconds`.
    """
    async with asyncio.timeout(seconds):
        while True:
            with suppress(TemporalUnavailable):
                if answer := await ask():
                    return answer
            await asyncio.sleep(0.1)


async def until(instant: datetime) -> None:
    """Sleep until an instant."""
    await asyncio.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))
