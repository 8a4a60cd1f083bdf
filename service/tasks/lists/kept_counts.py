"""Caches how many tasks match: PostgreSQL reads every row that it counts, which takes seconds for a
million tasks."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.shared_reads import retrieved

#: How long a count is cached: a multiple of the time that counting took, so that an open page takes
#: a fiftieth of the store's time at most; its upper limit; and how quick a count must be to be
#: repeated each time.
_TIMES = 50
_LONGEST = timedelta(minutes=5)
_QUICK = timedelta(seconds=0.1)

#: How long a count may take, and how long its caller waits for it.
_WITHIN = timedelta(seconds=20)
_PATIENCE = timedelta(seconds=1)

_MOST_KEPT = 100


@dataclass(frozen=True)
class _Counted:
    number: int
    at: datetime
    good_for: timedelta


class KeptCounts:
    """The cached counts of a whole process."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._kept: OrderedDict[TaskFilter, _Counted] = OrderedDict()
        self._counting: dict[TaskFilter, asyncio.Task[int]] = {}

    async def of(self, which: TaskFilter) -> int | None:
        """How many tasks match: now or, if counting takes long, some time ago. None if they have
        never been counted, and that takes longer than a second."""
        kept = self._kept.get(which)
        if kept is not None and self._temporal.now() - kept.at <= kept.good_for:
            return kept.number
        counting = self.begun(which)
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                # A caller that leaves must not cancel the count for the others.
                return await asyncio.shield(counting)
        except TimeoutError:
            return kept.number if kept else None
        except TemporalUnavailable:
            if kept is None:
                raise
            return kept.number

    def begun(self, which: TaskFilter) -> asyncio.Task[int]:
        """The count in progress, or a new one."""
        if which not in self._counting:
            counting = asyncio.create_task(self._count(which), name="count of tasks")
            self._counting[which] = counting
            counting.add_done_callback(lambda done: self._over(which, done))
        return self._counting[which]

    def _over(self, which: TaskFilter, counting: asyncio.Task[int]) -> None:
        self._counting.pop(which, None)
        retrieved(counting)

    async def _count(self, which: TaskFilter) -> int:
        began = self._temporal.now()
        number = await TaskList(self._temporal).count(which, within=_WITHIN)
        took = self._temporal.now() - began
        good_for = timedelta(0) if took < _QUICK else min(_TIMES * took, _LONGEST)
        self._kept[which] = _Counted(number, self._temporal.now(), good_for)
        self._kept.move_to_end(which)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return number
