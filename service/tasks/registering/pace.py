"""How many registrations of a batch are under way at once.

A call that Temporal does not respond within 1.5 seconds is refused, and what makes a busy Temporal
slow is how much it has to do at once. So a batch begins with few at once, leaves places empty while
answers take a good part of that time, and fills them again once they come quickly. It registers no
fewer a second by that, since each of those that remain takes less long.
"""

from __future__ import annotations

import asyncio

#: Answers that take longer make it slower; a call may take three times as long.
_SLOW_SECONDS = 0.5
_LEAST = 2.0
_FIRST = 4.0


class Pace:
    """Gives out turns, `most` at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._places = min(_FIRST, most)
        self._was_slow = False
        self._taken = 0
        self._freed = asyncio.Event()

    @property
    def places(self) -> int:
        """How many may be under way at present."""
        return int(self._places)

    async def turn(self) -> None:
        """Returns when there is a place; to be followed by `ended`."""
        while self._taken >= self.places:
            self._freed.clear()
            await self._freed.wait()
        self._taken += 1

    def ended(self, seconds: float) -> None:
        """Gives the place back of a call that took so long."""
        self._taken -= 1
        if seconds > _SLOW_SECONDS:
            # Half of them once all that are under way were slow.
            self._was_slow = True
            self._places = max(_LEAST, self._places * 0.5 ** (1 / self._places))
        else:
            more = 1 / self._places if self._was_slow else 1
            self._places = min(self._most, self._places + more)
        self._freed.set()
