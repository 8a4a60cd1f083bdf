"""The tasks that a forecast counts, grouped by when they fire."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from math import floor

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, instant
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.firing.recurrence import Recurrence, recurrence
from onthedot.scheduling.firing.times import IntervalTimes
from onthedot.scheduling.trigger import OnceTrigger, Recurring, Trigger, may_draw

#: With this many runs left of `max_runs`, no forecast reaches the last one.
_MANY = 1_000_000


@dataclass(frozen=True)
class FrozenSpan:
    """A window of a freeze, in Unix times; the end is exclusive."""

    start: int
    end: int
    hold: bool
    """Whether the last occurrence in the window runs at its end."""
    over: timedelta
    """The time over which the held occurrences of all tasks start."""


@dataclass(frozen=True)
class FleetTask:
    """A task that will fire."""

    id: str
    name: str
    trigger: Trigger
    revision: int
    after: datetime
    """Nothing is due up to this instant: the task begins then, or is paused until then."""
    remaining: int | None = None
    """Runs left of `max_runs` after `after`."""
    jitter_seed: str | None = None
    calendars: CalendarDays = NO_CALENDARS
    """The calendars that the trigger names."""
    tags: tuple[str, ...] = ()
    catchup: timedelta = timedelta(hours=1)
    frozen: tuple[FrozenSpan, ...] = ()
    """The periods in which a freeze keeps it from starting."""


@dataclass(frozen=True)
class Line:
    """Tasks that fire at the same instants. The plan is None for a task that is counted alone."""

    tasks: tuple[FleetTask, ...]
    plan: Recurrence | None = None
    after: int = 0
    last: int | None = None

    @property
    def weight(self) -> int:
        """How many tasks start at each of its instants."""
        return len(self.tasks)

    @property
    def a_day(self) -> int:
        """The approximate number of instants on a day that has any, at least one."""
        if self.plan is None:
            trigger = self.tasks[0].trigger
            if isinstance(trigger, OnceTrigger):
                return 1
            return Line((), _plan(self.tasks[0], trigger)).a_day
        if isinstance(self.plan.times, IntervalTimes):
            return max(1, SECONDS_OF_DAY // self.plan.times.step)
        return max(1, self.plan.times.of_day.bit_count())

    def covers(self, at: int) -> bool:
        """Whether an instant lies within its bounds."""
        return at > self.after and (self.last is None or at <= self.last)

    def instants(self, first: int, last: int) -> Iterator[int]:
        """The Unix times at which it fires from `first` to `last`, both included, in order."""
        if self.plan is None:
            yield from _alone(self.tasks[0], first, last)
            return
        after = max(first - 1, self.after)
        end = last if self.last is None else min(last, self.last)
        yield from takewhile(lambda at: at <= end, self.plan.instants(after))


def lines(tasks: Iterable[FleetTask], since: datetime) -> list[Line]:
    """The tasks, grouped, for a count that begins at `since`."""
    alone: list[Line] = []
    together: dict[object, tuple[Line, list[FleetTask]]] = {}
    for task in tasks:
        trigger = task.trigger
        if isinstance(trigger, OnceTrigger) or trigger.jitter or _may_end(task):
            alone.append(Line((task,)))
            continue
        line = _line(task, trigger, floor(since.timestamp()) - 1)
        key = (line.plan, line.after, line.last, task.frozen)
        together.setdefault(key, (line, []))[1].append(task)
    shared = [Line(tuple(of), line.plan, line.after, line.last) for line, of in together.values()]
    return [*alone, *shared]


def _alone(task: FleetTask, first: int, last: int) -> Iterator[int]:
    counted = _may_end(task)
    begin = task.after if counted else max(task.after, instant(first) - timedelta(seconds=1))
    found = occurrences(
        task.trigger,
        after=begin,
        key=task.id,
        calendars=task.calendars,
        jitter_seed=task.jitter_seed,
        nominal_after=task.after,
    )
    for number, at in enumerate(found):
        second = floor(at.timestamp())
        if second > last or (counted and number >= (task.remaining or 0)):
            return
        if second >= first:
            yield second


def _may_end(task: FleetTask) -> bool:
    return task.remaining is not None and task.remaining < _MANY


def _line(task: FleetTask, trigger: Recurring, before: int) -> Line:
    after = max(before, floor(task.after.timestamp()))
    if trigger.start_at is not None:
        after = max(after, -floor(-trigger.start_at.timestamp()) - 1)
    last = None if trigger.end_at is None else floor(trigger.end_at.timestamp())
    return Line((), _plan(task, trigger), after, last)


def _plan(task: FleetTask, trigger: Recurring) -> Recurrence:
    # One plan for all ids, unless the trigger depends on them.
    return recurrence(trigger, task.id if may_draw(trigger) else "", task.calendars)


def agenda(
    tasks: Sequence[FleetTask], *, since: datetime, until: datetime, each: int, most: int
) -> list[tuple[datetime, FleetTask]]:
    """The runs from `since` to `until` (exclusive), earliest first: at most `each` per task, and
    `most` in all."""
    first, last = floor(since.timestamp()), floor(until.timestamp()) - 1
    of = lines(tasks, since)
    merged = heapq.merge(*(_numbered(line, n, first, last, each) for n, line in enumerate(of)))
    found = ((instant(at), task) for at, number in merged for task in of[number].tasks)
    return list(islice(found, most))


def _numbered(
    line: Line, number: int, first: int, last: int, each: int
) -> Iterator[tuple[int, int]]:
    return ((at, number) for at in islice(line.instants(first, last), each))
