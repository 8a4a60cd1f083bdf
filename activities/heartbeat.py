"""Telling Temporal that an attempt is still going."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from temporalio import activity

from onthedot.scheduling.stored.attempt import HEARTBEAT_EVERY


@contextmanager
def heartbeating() -> Iterator[None]:
    """Heartbeats every `HEARTBEAT_EVERY` while the block runs.

    So a dead worker is noticed, and a cancel reaches the activity, which Temporal delivers only
    as the answer to a heartbeat. A block that is done sooner costs nothing.
    """
    loop = asyncio.get_running_loop()
    seconds = HEARTBEAT_EVERY.total_seconds()

    timer: asyncio.TimerHandle

    def beat() -> None:
        nonlocal timer
        activity.heartbeat()
        timer = loop.call_later(seconds, beat)

    timer = loop.call_later(seconds, beat)
    try:
        yield
    finally:
        timer.cancel()
