"""The tags that tasks have: counted over all tasks, so kept for a while."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from onthedot.messages.bulk import TagCount
from onthedot.scheduling.errors import OnTheDotError
from onthedot.service.tasks.lists.tags import tag_counts
from onthedot.service.temporal.calls import Temporal

#: For how long the tags of all tasks are taken to be the same: for a number of times what it took
#: to count them, and for so long at least.
_TIMES = 20
_AGE = timedelta(seconds=5)

_LOG = logging.getLogger("onthedot.service")


class KnownTags:
    """One serves a whole process."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._good_until: datetime | None = None
        self._counting: asyncio.Task[None] | None = None
        self.known: list[TagCount] = []
        """As they were counted last."""

    def refresh(self) -> asyncio.Task[None] | None:
        """Count them again, where that was long ago; the work, if there is any."""
        now = self._temporal.now()
        if self._counting is None and (self._good_until is None or now > self._good_until):
            self._counting = asyncio.create_task(self._count(), name="tags")
        return self._counting

    async def all(self) -> list[TagCount]:
        """The tags, none where they cannot be counted; and seldom older than a minute."""
        if (counting := self.refresh()) is not None:
            # Whoever leaves does not end what others wait for.
            await asyncio.shield(counting)
        return self.known

    async def _count(self) -> None:
        began = self._temporal.now()
        try:
            self.known = (await tag_counts(self._temporal)).items
            now = self._temporal.now()
            self._good_until = now + max(_AGE, _TIMES * (now - began))
        except OnTheDotError as error:
            _LOG.debug("tags cannot be counted: %s", error)
        finally:
            self._counting = None
