"""Makes many calls, a fixed number of them in flight at any time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

#: How many registrations are under way at once, on either side.
AT_ONCE = 50


async def in_flight(call: Callable[[str], Awaitable[None]], names: Sequence[str]) -> float:
    """Calls `call` with each name, `AT_ONCE` at a time; returns the seconds that took."""
    waiting = iter(names)

    async def one_after_another() -> None:
        for name in waiting:
            await call(name)

    began = time.perf_counter()
    callers = [asyncio.create_task(one_after_another()) for _ in range(min(AT_ONCE, len(names)))]
    try:
        await asyncio.gather(*callers)
    finally:
        for caller in callers:
            caller.cancel()
    return time.perf_counter() - began
