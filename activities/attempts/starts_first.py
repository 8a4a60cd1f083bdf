"""What is due goes before what is done: in a burst, outcomes wait for attempts still to begin.

Temporal and a worker share the work of a run between beginning it and closing it. When many are due
at once and are taken as they come, the last one begins only when nearly all others are closed. A
worker that begins them first is more punctual, and closes all of them as soon.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import timedelta
from time import monotonic


class StartsFirst:
    """Knows whether a burst is going on in this worker.

    Args:
        gap: attempts that begin closer together than this are a burst.
        patience: the longest that an outcome waits; well below the time after which Temporal wants
            to hear of a workflow task.
    """

    def __init__(
        self,
        *,
        gap: timedelta = timedelta(milliseconds=40),
        patience: timedelta = timedelta(seconds=2.5),
    ) -> None:
        self._gap = gap.total_seconds()
        self._patience = patience.total_seconds()
        self._latest: deque[float] = deque(maxlen=2)

    def begun(self) -> None:
        """An attempt begins."""
        self._latest.append(monotonic())

    async def over(self) -> None:
        """Return when no burst is going on, or patience has ended."""
        limit = monotonic() + self._patience
        while (now := monotonic()) < limit:
            until = self._latest[0] + self._gap if len(self._latest) == 2 else now
            if until <= now:
                return
            await asyncio.sleep(min(until, limit) - now)
