"""Validates a form while the user types: after a short delay, and without errors for fields not yet
visited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from nicegui import background_tasks
from nicegui.element import Element

from onthedot.scheduling.errors import FieldProblem

#: From a keystroke to its effect, in seconds.
_PAUSE = 0.2


class Validation:
    """Validation of one form; the last input counts."""

    def __init__(self, validate: Callable[[], Awaitable[None]]) -> None:
        """`validate` checks the input, and shows its effect."""
        self._validate = validate
        self._waiting: asyncio.Task[None] | None = None
        self.touched: set[str] = set()
        self.strict = False
        """Whether the user tried to save: then every problem is shown."""

    def changed(self, at: str, place: Element) -> None:
        """Note that this field was visited, and validate soon."""
        self.touched.add(at)
        self.soon(place)

    def soon(self, place: Element, pause: float = _PAUSE) -> None:
        """Call `validate` after this many seconds, instead of an earlier request, unless `place` is
        gone by then."""
        self.stop()

        async def later() -> None:
            await asyncio.sleep(pause)
            if not place.is_deleted:
                await self._validate()

        self._waiting = background_tasks.create(later(), name="form", context=place)

    def stop(self) -> None:
        """Cancel a pending call."""
        if self._waiting is not None:
            self._waiting.cancel()

    def due(self, problems: Iterable[FieldProblem]) -> list[FieldProblem]:
        """The problems to show now: those of fields that were visited."""
        return [each for each in problems if self.strict or self._was_at(each.field)]

    def _was_at(self, path: str) -> bool:
        return any(at and (path == at or path.startswith(f"{at}.")) for at in self.touched)
