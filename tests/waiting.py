"""Waiting for a condition that has to be asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")


async def eventually(ask: Callable[[], Awaitable[T | None]], seconds: float = 20.0) -> T:
    """The first answer that is true.

    Raises:
        TimeoutError: there was none within `seconds`.
    """
    async with asyncio.timeout(seconds):
        while not (answer := await ask()):
            await asyncio.sleep(0.05)
        return answer


async def until(instant: datetime) -> None:
    """Sleep until an instant."""
    await asyncio.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))
