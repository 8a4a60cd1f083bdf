"""Caches the tags of all tasks, which are expensive to count."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot.messages.bulk import TagCount
from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.tasks.lists.tags import TagCounter
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.shared_reads import retrieved

#: How long the tags are cached: a multiple of the time that counting took, with an upper limit;
#: and a lower limit for the page.
_TIMES = 20
_LONGEST = timedelta(minutes=1)
_ON_THE_PAGE = timedelta(seconds=5)

#: How long a caller waits for a new count if there is an older one, how old that may be, and how
#: long a caller waits if there is none.
_PATIENCE = timedelta(seconds=1)
_LONG_PATIENCE = timedelta(seconds=2.5)
_OLDEST = timedelta(minutes=5)

_LOG = logging.getLogger("onthedot.service")


@dataclass(frozen=True)
class CountedTags:
    """The tags at one time."""

    items: list[TagCount]
    at: datetime
    """When counting them began."""
    good_for: timedelta
    complete: bool
    """Whether all tasks were counted."""


class KnownTags:
    """The cached tags of a whole process."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._last: CountedTags | None = None
        self._counter: TagCounter | None = None
        self._counting: asyncio.Task[CountedTags] | None = None

    @property
    def known(self) -> list[TagCount]:
        """The last count."""
        return self._last.items if self._last else []

    def refresh(self) -> asyncio.Task[CountedTags] | None:
        """Count again if the last count is old; returns the task that counts, if any."""
        last = self._last
        if last is not None and self._age(last) <= max(last.good_for, _ON_THE_PAGE):
            return self._counting
        return self._begun()

    async def all(self) -> list[TagCount]:
        """The tags, seldom older than a minute; empty if they cannot be counted."""
        if (counting := self.refresh()) is not None:
            try:
                # A caller that leaves must not cancel the count for the others.
                await asyncio.shield(counting)
            except OnTheDotError as error:
                _LOG.debug("tags cannot be counted: %s", error)
        return self.known

    async def counted(self) -> CountedTags:
        """The tags, at most as old as 20 times the duration of a count, up to a minute; or up to
        five minutes if a new count takes longer than a second. Without a count of the last five
        minutes: what is counted within some seconds, not `complete`.
        """
        last = self._last
        if last is not None and self._age(last) <= last.good_for:
            return last
        if last is not None and self._age(last) > _OLDEST:
            last = None
        counting = asyncio.shield(self._begun())
        patience = _LONG_PATIENCE if last is None else _PATIENCE
        try:
            return await asyncio.wait_for(counting, patience.total_seconds())
        except TimeoutError:
            return last or self._so_far()

    def _so_far(self) -> CountedTags:
        if self._counter is None or not self._counter.begun:
            raise TemporalUnavailable(self._temporal.address)
        items, now = self._counter.counts(), self._temporal.now()
        return CountedTags(items, now, timedelta(0), complete=False)

    def _age(self, counted: CountedTags) -> timedelta:
        return self._temporal.now() - counted.at

    def _begun(self) -> asyncio.Task[CountedTags]:
        if self._counting is None:
            self._counting = asyncio.create_task(self._count(), name="tags")
            self._counting.add_done_callback(self._over)
        return self._counting

    def _over(self, counting: asyncio.Task[CountedTags]) -> None:
        self._counting = None
        retrieved(counting)

    async def _count(self) -> CountedTags:
        began = self._temporal.now()
        self._counter = counter = TagCounter(self._temporal)
        await counter.count()
        took = self._temporal.now() - began
        good_for = min(took + _TIMES * took, _LONGEST)
        self._last = CountedTags(counter.counts(), began, good_for, counter.complete)
        return self._last
