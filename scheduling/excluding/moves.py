"""Occurrences that move from an excluded day to the nearest one that is not excluded.

What moves keeps its local time, so a move changes which seconds a local day lists, and nothing
else: clock changes are then dealt with on the day that it moves to. A second that is taken out of
several days in a row is free again on one day only, and from all of them moves to that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from onthedot.scheduling.cron.time_masks import WHOLE_DAY
from onthedot.scheduling.excluding.exclusions import Exclusions

#: Nothing moves further than this, in days. What finds no day within it does not happen.
FARTHEST = 366


class Moves:
    """Moves what a trigger lists on excluded days."""

    def __init__(
        self,
        exclusions: Exclusions,
        *,
        forward: bool,
        listed: Callable[[int], int],
        next_listed: Callable[[int], int | None],
    ) -> None:
        """`listed` are the seconds that a local day lists, as bits; `next_listed` is the first day
        from one on that lists any."""
        self._exclusions = exclusions
        self._towards = -1 if forward else 1
        self._listed = listed
        self._next_listed = next_listed

    def into(self, day: int) -> int:
        """The seconds of a day that others' occurrences move to, as bits."""
        found = 0
        for source, free in self._before(day):
            found |= self._listed(source) & free
        return found

    def sources(self, day: int, second: int) -> list[int]:
        """The days from which an occurrence has moved to this second of a day, in order."""
        return sorted(
            source
            for source, free in self._before(day)
            if free >> second & 1 and self._listed(source) >> second & 1
        )

    def _before(self, day: int) -> Iterator[tuple[int, int]]:
        """The days whose occurrences may move to a day, and at which seconds, nearest first."""
        free = WHOLE_DAY & ~self._exclusions.on(day)
        for distance in range(1, FARTHEST + 1):
            source = day + self._towards * distance
            free = free & self._exclusions.on(source) if free else 0
            if not free:
                return
            yield source, free

    def next_day(self, day: int) -> int | None:
        """The first local day from this one on at which something is due."""
        following = self._next_listed(day)
        while following is not None:
            for candidate in self._candidates(day, following):
                if self._is_due(candidate):
                    return candidate
            day = following + 1
            following = self._next_listed(day)
        # What is listed last may still move to a day after it.
        return next(filter(self._is_due, self._after_excluded(day, day + FARTHEST)), None)

    def _is_due(self, day: int) -> bool:
        excluded = self._exclusions.on(day)
        if excluded == WHOLE_DAY:
            return False
        return bool(self._listed(day) & ~excluded) or self.into(day) != 0

    def _candidates(self, day: int, following: int) -> Iterator[int]:
        """The days that may have something due, if nothing is listed before `following`."""
        if self._towards < 0:
            yield from self._after_excluded(day, following)
            yield following
            return
        first = following
        while first > day and following - first < FARTHEST and self._exclusions.on(first):
            first -= 1
        yield from range(first, following + 1)

    def _after_excluded(self, day: int, end: int) -> Iterator[int]:
        """The days from one on that come right after an excluded day: only to them, of all days
        before which nothing is listed, something can have moved."""
        while self._towards < 0 and day < end and self._exclusions.on(day - 1):
            yield day
            day += 1
