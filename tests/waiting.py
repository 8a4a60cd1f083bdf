"""Waits for a condition, long enough for a busy machine."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar, overload

from temporalio.client import Client

from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings

T = TypeVar("T")

#: In seconds, between two questions: short at first, as most conditions soon hold; then longer, so
#: that what takes long is not slowed down by being asked about.
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.5
_GROWTH = 1.5

#: In seconds: what an idle machine does in two or three, one with a load of fifteen does in this.
PATIENCE = 60.0


@overload
async def eventually(ask: Callable[[], bool], seconds: float = PATIENCE) -> bool: ...


@overload
async def eventually(ask: Callable[[], Awaitable[T | None]], seconds: float = PATIENCE) -> T: ...


async def eventually(
    ask: Callable[[], bool] | Callable[[], Awaitable[T | None]], seconds: float = PATIENCE
) -> bool | T:
    """The first result that is true. A late response of a busy machine does not count as an error.

    Raises:
        TimeoutError: there was none within `seconds`.
    """
    answer: bool | T | None = None
    pause = _FIRST_PAUSE
    try:
        async with asyncio.timeout(seconds):
            while True:
                with suppress(TemporalUnavailable):
                    asked = ask()
                    answer = asked if isinstance(asked, bool) else await asked
                    if answer:
                        return answer
                await asyncio.sleep(pause)
                pause = min(pause * _GROWTH, _LONGEST_PAUSE)
    except TimeoutError as error:
        raise TimeoutError(f"not within {seconds} s; the last answer was {answer!r}") from error


async def until(instant: datetime) -> None:
    """Sleep until an instant."""
    await asyncio.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))


def wait_until(condition: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """The result of `condition` once it is true; fails the test if it is not within `seconds`."""
    limit = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    while not (found := condition()):
        assert time.monotonic() < limit, f"not within {seconds} s: {what}"
        time.sleep(pause)
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
    return found


def patient(client: Client, settings: Settings) -> Temporal:
    """What use cases take, ten times as patient with Temporal as the product is: on a busy machine
    it may take seconds to respond. Tests of the product's own limits make a `Temporal` with those.
    """
    return Temporal(
        client, settings, rpc_timeout=timedelta(seconds=15), change_timeout=timedelta(seconds=80)
    )


def at_load(seconds: float) -> float:
    """What is promised to take so long at most, on a machine as busy as this one is now."""
    return seconds * (1 + os.getloadavg()[0] / (os.cpu_count() or 1))
