"""Counts the starts of each second, in an array: a day takes 345 KB."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from onthedot.scheduling.cron.time_masks import seconds_in
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY
from onthedot.scheduling.firing.times import IntervalTimes
from onthedot.scheduling.forecast.fleet import FleetTask, FrozenSpan, Line
from onthedot.scheduling.freezes.freeze import release_after
from onthedot.scheduling.trigger import OnceTrigger

#: How many instants are examined, summed over all lines: about two seconds of work.
MOST = 8_000_000
#: The cost of an instant of a task that is counted alone, relative to others.
_ALONE = 40


@dataclass(frozen=True)
class Starts:
    """How many starts fall on each second from `first` on."""

    first: int
    counts: array[int]

    @property
    def end(self) -> int:
        """The first second that is no longer counted."""
        return self.first + len(self.counts)

    def part(self, since: int, until: int) -> Starts:
        """The starts of a period, as far as they were counted."""
        begin = min(max(since, self.first), self.end)
        return Starts(begin, self.counts[begin - self.first : max(0, until - self.first)])

    def total(self, since: int, until: int) -> int:
        """The number of starts from `since` to `until` (exclusive)."""
        return sum(self.part(since, until).counts)

    def highest(self, since: int, until: int) -> tuple[int, int]:
        """The largest count of a second in the same period, and the first such second."""
        part = self.part(since, until)
        most = max(part.counts, default=0)
        return most, part.first + (part.counts.index(most) if part.counts else 0)


def cost(line: Line) -> int:
    """The cost of counting a day of a line, in instants of a shared line."""
    return line.a_day * (_ALONE if line.plan is None else 1)


def affordable(lines: Sequence[Line], first: int, end: int) -> int:
    """The time up to which starts can be counted with bounded work: `end`, or whole days before."""
    a_day = sum(map(cost, lines))
    days = ceil((end - first) / SECONDS_OF_DAY)
    if a_day * days <= MOST:
        return end
    return min(end, first + max(1, MOST // a_day) * SECONDS_OF_DAY)


class Count:
    """The starts of these lines from `first` to `end` (exclusive), as Unix times."""

    def __init__(self, lines: Iterable[Line], first: int, end: int) -> None:
        self._counts = array("I", bytes(4 * max(0, end - first)))
        self.starts = Starts(first, self._counts)
        self._alone: dict[int, list[Line]] = {}
        self._by_day: list[tuple[Line, list[int], list[int]]] = []
        self._evenly: list[Line] = []
        known: dict[int, tuple[int, tuple[int, ...]]] = {}
        self.frozen = 0
        for line in lines:
            if line.tasks and line.tasks[0].frozen:
                self._add_frozen(line)
            elif line.plan is None:
                for at in line.instants(first, end - 1):
                    self._counts[at - first] += 1
                    self._alone.setdefault(at, []).append(line)
            elif isinstance(line.plan.times, IntervalTimes) and not line.plan.exclusions:
                self._evenly.append(line)
                for at in line.instants(first, end - 1):
                    self._counts[at - first] += line.weight
            else:
                self._add_days(line, known)

    def due(self, at: int) -> list[FleetTask]:
        """The tasks that start at a second."""
        found = list(self._alone.get(at, ()))
        found += [line for line in self._evenly if next(line.instants(at, at), None) == at]
        for line, bases, masks in self._by_day:
            # A local day may begin before the previous one ends.
            place = bisect_right(bases, at)
            near = zip(bases[max(0, place - 2) : place], masks[max(0, place - 2) :], strict=False)
            if line.covers(at) and any(mask >> at - base & 1 for base, mask in near):
                found.append(line)
        return [task for line in found for task in line.tasks]

    def _add_frozen(self, line: Line) -> None:
        """Count one by one, including what freezes hold back and release."""
        first, end, held = self.starts.first, self.starts.end, dict[FrozenSpan, int]()
        for at in line.instants(first, end - 1):
            within = [span for span in line.tasks[0].frozen if span.start <= at < span.end]
            if within:
                self.frozen += line.weight
                held[max(within, key=lambda span: span.end)] = at
            else:
                self._add_one(line, at)
        for span, at in held.items():
            for task in line.tasks:
                in_time = timedelta(seconds=span.end - at) <= task.catchup
                if in_time and (span.hold or isinstance(task.trigger, OnceTrigger)):
                    after = release_after(task.id, span.over)
                    self._add_one(Line((task,)), span.end + int(after.total_seconds()))

    def _add_one(self, line: Line, at: int) -> None:
        if self.starts.first <= at < self.starts.end:
            self._counts[at - self.starts.first] += line.weight
            self._alone.setdefault(at, []).append(line)

    def _add_days(self, line: Line, known: dict[int, tuple[int, tuple[int, ...]]]) -> None:
        """Count by whole days: equal days are one object, whose seconds are listed once."""
        assert line.plan is not None
        first, weight, counts = self.starts.first, line.weight, self._counts
        last = max(first - 1, line.after)
        stop = self.starts.end if line.last is None else min(self.starts.end, line.last + 1)
        bases, masks = list[int](), list[int]()
        self._by_day.append((line, bases, masks))
        for base, mask in line.plan.chunks(last):
            if base >= stop:
                return
            bases.append(base)
            masks.append(mask)
            seconds = known.get(id(mask))
            if seconds is None:
                # Keeps the mask alive, so that no other mask gets its id.
                seconds = known[id(mask)] = (mask, tuple(seconds_in(mask)))
            for second in seconds[1]:
                at = base + second
                if at >= stop:
                    return
                if at > last:
                    counts[at - first] += weight
                    last = at
