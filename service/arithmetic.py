"""Computes triggers outside the event loop, because their authors determine the cost.

1. Computations run in a thread, one at a time. Whatever the thread does, the interpreter returns to
   the event loop every few milliseconds.
2. `scheduling/checking` limits the cost of one computation.
3. Callers that wait too long for a turn, and batches that need too much time in all, get an error.
4. A `brief` computation runs immediately: the way to the thread and back would take longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from time import thread_time
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

from onthedot.scheduling.outages import Busy

P = ParamSpec("P")
T = TypeVar("T")

#: How long a call waits for its turn.
_PATIENCE = timedelta(seconds=1.5)
#: How much processor time the triggers of one batch may take.
_BATCH = timedelta(seconds=5)

_FEWER = "Send the rest in another batch, fewer at once."


class Arithmetic:
    """A queue of work on triggers."""

    def __init__(self, turns: CapacityLimiter, budget: timedelta | None = None) -> None:
        self._turns = turns
        self._left = budget

    async def unless(self, brief: bool, call: Callable[[], T]) -> T:
        """Return or raise what `call` does: immediately if `brief`, else as `work_out` does."""
        return call() if brief else await self.work_out(call)

    async def work_out(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return or raise what `call` does.

        Raises:
            Busy: its turn did not come in time, or the time budget is used up.
        """
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                await self._turns.acquire()
        except TimeoutError:
            raise Busy from None
        try:
            if self._left is not None and self._left <= timedelta(0):
                raise Busy(_FEWER)
            return await to_thread.run_sync(lambda: self._timed(call, *args, **kwargs))
        finally:
            self._turns.release()

    def _timed(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        began = thread_time()
        try:
            return call(*args, **kwargs)
        finally:
            if self._left is not None:
                self._left -= timedelta(seconds=thread_time() - began)


#: For calls with a single computation.
SINGLE = Arithmetic(CapacityLimiter(1))

_OF_BATCHES = CapacityLimiter(1)


def of_batch() -> Arithmetic:
    """For all computations of one batch: they do not delay other calls."""
    return Arithmetic(_OF_BATCHES, _BATCH)
