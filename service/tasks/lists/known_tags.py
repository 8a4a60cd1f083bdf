"""The tags that tasks have: counted over all tasks, so kept for a while."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot.messages.bulk import TagCount
from onthedot.scheduling.errors import OnTheDotError
from onthedot.service.tasks.lists.tags import tag_counts
from onthedot.service.temporal.calls import Temporal

#: For how long the tags of all tasks are taken to be the same: for a number of times what it took
#: to count them, up to a limit; and on the page for so long at least.
_TIMES = 20
_LONGEST = timedelta(minutes=1)
_ON_THE_PAGE = timedelta(seconds=5)

#: How long who asks waits for a new count where there is an older one, and how old that may be.
_PATIENCE = timedelta(seconds=1)
_OLDEST = timedelta(minutes=5)

_LOG = logging.getLogger("onthedot.service")


@dataclass(frozen=True)
class CountedTags:
    """The tags as they were at one time."""

    items: list[TagCount]
    at: datetime
    """When counting them began."""
    good_for: timedelta
    complete: bool
    """Whether all tasks were counted."""


class KnownTags:
    """One serves a whole process."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._last: CountedTags | None = None
        self._counting: asyncio.Task[CountedTags] | None = None

    @property
    def known(self) -> list[TagCount]:
        """As they were counted last."""
        return self._last.items if self._last else []

    def refresh(self) -> asyncio.Task[CountedTags] | None:
        """Count them again, where that was long ago; the work, if there is any."""
        last = self._last
        if last is not None and self._age(last) <= max(last.good_for, _ON_THE_PAGE):
            return self._counting
        return self._begun()

    async def all(self) -> list[TagCount]:
        """The tags, none where they cannot be counted; and seldom older than a minute."""
        if (counting := self.refresh()) is not None:
            try:
                # Whoever leaves does not end what others wait for.
                await asyncio.shield(counting)
            except OnTheDotError as error:
                _LOG.debug("tags cannot be counted: %s", error)
        return self.known

    async def counted(self) -> CountedTags:
        """The tags: counted now, or as long ago as counting them takes 20 times, a minute at most;
        up to five minutes ago where counting them takes longer than a second.

        Raises:
            TemporalUnavailable: Temporal does not respond.
        """
        last = self._last
        if last is not None and self._age(last) <= last.good_for:
            return last
        counting = asyncio.shield(self._begun())
        if last is None or self._age(last) > _OLDEST:
            return await counting
        try:
            return await asyncio.wait_for(counting, _PATIENCE.total_seconds())
        except TimeoutError:
            return last

    def _age(self, counted: CountedTags) -> timedelta:
        return self._temporal.now() - counted.at

    def _begun(self) -> asyncio.Task[CountedTags]:
        if self._counting is None:
            self._counting = asyncio.create_task(self._count(), name="tags")
            self._counting.add_done_callback(self._over)
        return self._counting

    def _over(self, counting: asyncio.Task[CountedTags]) -> None:
        self._counting = None
        if not counting.cancelled():
            # Who waits is told of an error; where nobody does any more, the next one counts.
            counting.exception()

    async def _count(self) -> CountedTags:
        began = self._temporal.now()
        items, complete = await tag_counts(self._temporal)
        took = self._temporal.now() - began
        good_for = min(took + _TIMES * took, _LONGEST)
        self._last = CountedTags(items, began, good_for, complete)
        return self._last
