"""What a run writes, on its page: there from the first byte on, and growing while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from onthedot.scheduling.errors import OnTheDotError, RunNotFound
from onthedot.ui.components.markup import box, card
from onthedot.ui.components.output import Output
from onthedot.ui.page_context import PageContext

#: A stream that broke off is taken up after so many seconds.
_PAUSE = 2.0


class RunOutput:
    """The card, which is not seen before there is something in it."""

    def __init__(self, context: PageContext, run_id: str, began: Callable[[], None]) -> None:
        """`began` is called when the first piece has come."""
        self._context = context
        self._run_id = run_id
        self._began = began
        self.has_something = False
        self._card = box("stack")
        with self._card, card("Output as it was written", body=False):
            self._output = Output("Output as it was written", f"{run_id}.log", self._follow)
        self._card.set_visibility(False)

    async def _follow(self, after: int) -> None:
        while True:
            try:
                after = await self._take(after)
            except RunNotFound:
                return
            except OnTheDotError:
                # The page says itself that Temporal is away.
                await asyncio.sleep(_PAUSE)
            else:
                self._output.end()
                return

    async def _take(self, after: int) -> int:
        """Show what comes after this byte until the run has ended; where that was."""
        following = self._context.site.following
        async with aclosing(following.follow(self._run_id, after=after)) as updates:
            async for update in updates:
                if not self._context.session.stands or self._output.is_deleted:
                    return after
                if update.pieces:
                    if not self.has_something:
                        self.has_something = True
                        self._card.set_visibility(True)
                        self._began()
                    self._output.append(update.pieces, since=after)
                    after = update.pieces[-1].end
        return after
