"""The tasks that a forecast counts, grouped by what they have in common: when they fire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from math import floor

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, instant
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.firing.recurrence import Recurrence, recurrence
from onthedot.scheduling.firing.times import IntervalTimes
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger, Trigger

#: So many runs of `max_runs` are left that no forecast reaches the last one.
_MANY = 1_000_000


@dataclass(frozen=True)
class FrozenSpan:
    """A window of a freeze, in Unix times; the end is not part of it."""

    start: int
    end: int
    hold: bool
    """Whether the last occurrence in it runs at the end."""
    over: timedelta
    """Over how long those of all tasks are started then."""


@dataclass(frozen=True)
class FleetTask:
    """A task that will fire: when, and from when on."""

    id: str
    name: str
    trigger: Trigger
    revision: int
    after: datetime
    """Nothing is due before it, or at it: the task began then, or is paused until then."""
    remaining: int | None = None
    """Runs left of `max_runs`, from `after` on."""
    jitter_seed: str | None = None
    calendars: CalendarDays = NO_CALENDARS
    """Those that the trigger names."""
    tags: tuple[str, ...] = ()
    catchup: timedelta = timedelta(hours=1)
    frozen: tuple[FrozenSpan, ...] = ()
    """When a freeze keeps it from starting."""


@dataclass(frozen=True)
class Line:
    """Tasks that fire at the same instants. The plan is None if a task is listed by itself."""

    tasks: tuple[FleetTask, ...]
    plan: Recurrence | None = None
    after: int = 0
    last: int | None = None

    @property
    def weight(self) -> int:
        """How many start at each of its instants."""
        return len(self.tasks)

    @property
    def a_day(self) -> int:
        """About how many instants it lists on a day that has any, at least one."""
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


def _line(task: FleetTask, trigger: CronTrigger | IntervalTrigger, before: int) -> Line:
    after = max(before, floor(task.after.timestamp()))
    if trigger.start_at is not None:
        after = max(after, -floor(-trigger.start_at.timestamp()) - 1)
    last = None if trigger.end_at is None else floor(trigger.end_at.timestamp())
    return Line((), _plan(task, trigger), after, last)


def _plan(task: FleetTask, trigger: CronTrigger | IntervalTrigger) -> Recurrence:
    # One plan whatever the ids are, unless the trigger draws from them.
    return recurrence(trigger, task.id if _draws(trigger) else "", task.calendars)


def _draws(trigger: CronTrigger | IntervalTrigger) -> bool:
    texts = [one for one in trigger.exclude if isinstance(one, str)]
    if isinstance(trigger, CronTrigger):
        texts.append(trigger.expression)
    return any("h" in text.lower() for text in texts)
