"""Adapts how many registrations of a batch are in flight.

A call to which Temporal does not respond within 1.5 seconds is refused, and a busy Temporal gets
slower the more it has to do at once. So a batch begins with few calls in flight, reduces them while
responses are slow, and adds some once they are fast. The rate stays the same, because each of fewer
calls takes less time.
"""

from __future__ import annotations

import asyncio

#: A slower response reduces the calls in flight; a call may take three times as long.
_SLOW_SECONDS = 0.5
_LEAST = 2.0
_FIRST = 4.0


class Pace:
    """Grants turns, at most `most` at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._places = min(_FIRST, most)
        self._was_slow = False
        self._taken = 0
        self._freed = asyncio.Event()

    @property
    def places(self) -> int:
        """How many calls may be in flight now."""
        return int(self._places)

    async def turn(self) -> None:
        """Return when there is a place; call `ended` afterwards."""
        while self._taken >= self.places:
            self._freed.clear()
            await self._freed.wait()
        self._taken += 1

    def ended(self, seconds: float) -> None:
        """Free the place of a call that took `seconds`."""
        self._taken -= 1
        if seconds > _SLOW_SECONDS:
            # Halve the places once per round of slow calls.
            self._was_slow = True
            self._places = max(_LEAST, self._places * 0.5 ** (1 / self._places))
        else:
            more = 1 / self._places if self._was_slow else 1
            self._places = min(self._most, self._places + more)
        self._freed.set()
