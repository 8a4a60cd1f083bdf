"""In a burst, outcomes wait until the attempts that are due have begun.

If many runs are due at once and a worker takes the work as it comes, the last run begins only when
nearly all others are closed. A worker that begins all of them first is more punctual, and closes
the last one no later.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import timedelta
from time import monotonic


class StartsFirst:
    """Detects bursts in this worker.

    Args:
        gap: attempts that begin closer together than this are a burst.
        patience: the longest that an outcome waits; well below Temporal's workflow task timeout.
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
        """Note that an attempt begins."""
        self._latest.append(monotonic())

    async def over(self) -> None:
        """Return when no burst is in progress, or after `patience`."""
        limit = monotonic() + self._patience
        while (now := monotonic()) < limit:
            until = self._latest[0] + self._gap if len(self._latest) == 2 else now
            if until <= now:
                return
            await asyncio.sleep(min(until, limit) - now)
