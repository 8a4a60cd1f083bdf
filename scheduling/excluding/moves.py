"""Moves occurrences from an excluded day to the nearest one that is not excluded.

A moved occurrence keeps its local time, so a move only changes which seconds a local day lists;
clock changes are then handled on the target day. If a second is excluded on several days in a row,
all of them move to the same day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from onthedot.scheduling.cron.time_masks import WHOLE_DAY
from onthedot.scheduling.excluding.exclusions import Exclusions

#: The longest move, in days. An occurrence that finds no day within it is skipped.
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
        """`listed` gives the seconds that a local day lists, as bits; `next_listed` gives the first
        day from a given one that lists any."""
        self._exclusions = exclusions
        self._towards = -1 if forward else 1
        self._listed = listed
        self._next_listed = next_listed

    def into(self, day: int) -> int:
        """The seconds of a day to which occurrences of other days move, as bits."""
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
        """The days whose occurrences may move to a day, with the seconds, nearest first."""
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
        # The last listed occurrence may still move to a later day.
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
        """The days right after an excluded day: of the days without listed occurrences, only these
        can be targets of a move."""
        while self._towards < 0 and day < end and self._exclusions.on(day - 1):
            yield day
            day += 1
