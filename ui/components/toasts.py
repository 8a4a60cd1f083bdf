"""Short messages in the corner, some with a way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count

from nicegui.element import Element
from nicegui.events import GenericEventArguments

_NUMBERS = count(1)


class Toasts(Element, component="otd_toasts.js"):
    """The messages of one open page."""

    def __init__(self) -> None:
        super().__init__()
        self._items: list[dict[str, object]] = []
        self._acts: dict[int, Callable[[], Awaitable[None] | None]] = {}
        self.props["items"] = []
        self.on("close", lambda event: self._drop(int(event.args)))
        self.on("act", self._act)

    def say(
        self,
        text: str,
        *,
        tone: str = "green",
        action: str = "",
        act: Callable[[], Awaitable[None] | None] | None = None,
    ) -> None:
        """Show a message; `tone` is green, grey or red; `action` names what `act` does."""
        number = next(_NUMBERS)
        if act is not None:
            self._acts[number] = act
        self._items = [
            *self._items[-3:],
            {"id": number, "text": text, "tone": tone, "action": action},
        ]
        self.props["items"] = self._items

    async def _act(self, event: GenericEventArguments) -> None:
        act = self._acts.get(int(event.args))
        self._drop(int(event.args))
        if act is not None:
            result = act()
            if result is not None:
                await result

    def _drop(self, number: int) -> None:
        self._acts.pop(number, None)
        self._items = [item for item in self._items if item["id"] != number]
        self.props["items"] = self._items
