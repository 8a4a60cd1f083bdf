"""How a form follows what one types: a little later, and silent about fields nobody was at yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from nicegui import background_tasks
from nicegui.element import Element

from onthedot.scheduling.errors import FieldProblem


class Following:
    """One form's following; what was typed last counts."""

    def __init__(self, follow: Callable[[], Awaitable[None]]) -> None:
        """`follow` judges what is typed, and shows what it leads to."""
        self._follow = follow
        self._waiting: asyncio.Task[None] | None = None
        self.touched: set[str] = set()
        self.strict = False
        """Whether someone tried to save: then every problem is due."""

    def soon(self, pause: float, place: Element) -> None:
        """Follow after so many seconds, in place of what waits, unless `place` is gone by then."""
        self.stop()

        async def later() -> None:
            await asyncio.sleep(pause)
            if not place.is_deleted:
                await self._follow()

        self._waiting = background_tasks.create(later(), name="form", context=place)

    def stop(self) -> None:
        """Follow no more until the next time."""
        if self._waiting is not None:
            self._waiting.cancel()

    def due(self, problems: Iterable[FieldProblem]) -> list[FieldProblem]:
        """The problems that it is time to show: not before someone was at their field."""
        return [each for each in problems if self.strict or self._was_at(each.field)]

    def _was_at(self, path: str) -> bool:
        return any(at and (path == at or path.startswith(f"{at}.")) for at in self.touched)
