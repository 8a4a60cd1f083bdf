"""Computes triggers off the event loop: how much that costs is up to their writers.

1. It runs in a thread, one piece at a time: the interpreter gives the event loop its turn every
   few milliseconds, whatever the thread does.
2. `scheduling.trigger_check` bounds how much one piece can cost.
3. Anyone who waits too long for a turn is told so, and so is a batch that asks for too much in all.
4. What is `brief` does without: the way to the thread and back, through a busy loop, takes longer.
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

#: How long a call waits its turn.
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
        """What `call` returns or raises: at once where it is brief, else as `work_out` does."""
        return call() if brief else await self.work_out(call)

    async def work_out(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `call` returns or raises.

        Raises:
            Busy: its turn did not come in time, or the budget is used up.
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


#: For calls that work one thing out.
SINGLE = Arithmetic(CapacityLimiter(1))

_OF_BATCHES = CapacityLimiter(1)


def of_batch() -> Arithmetic:
    """For the calls of one batch together: they do not stand in the way of others."""
    return Arithmetic(_OF_BATCHES, _BATCH)
