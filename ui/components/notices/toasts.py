"""Short messages in the corner: results, some with an undo, and progress."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

Act = Callable[[], Awaitable[None] | None]

_NUMBERS = count(1)

#: The most messages at a time, not counting progress.
_MOST = 4


class Toasts(Element, component="otd_toasts.js"):
    """The messages on one open page."""

    def __init__(self) -> None:
        super().__init__()
        self._items: list[dict[str, Any]] = []
        self._acts: dict[int, Sequence[tuple[str, Act]]] = {}
        self.props["items"] = []
        self.on("close", lambda event: self._drop(int(event.args)))
        self.on("act", self._act)

    def say(
        self, text: str, *, tone: str = "green", actions: Sequence[tuple[str, Act]] = ()
    ) -> None:
        """Show a message. `tone` is green, grey or red; an action is a label and a function."""
        self._add(text, tone, actions)

    def work(self, text: str, stop: Act) -> Work:
        """Show progress with a button to stop."""
        return Work(self, self._add(text, "work", [("Stop", stop)]))

    def _add(self, text: str, tone: str, actions: Sequence[tuple[str, Act]]) -> int:
        number = next(_NUMBERS)
        self._acts[number] = actions
        names = [name for name, _ in actions]
        item = {"id": number, "text": text, "tone": tone, "actions": names, "share": 0}
        kept = [each for each in self._items if each["tone"] == "work"]
        others = [each for each in self._items if each["tone"] != "work"]
        self._show([*kept, *others[-_MOST + 1 :], item])
        return number

    def _show(self, items: list[dict[str, Any]]) -> None:
        self._items = items
        self.props["items"] = items
        shown = {item["id"] for item in items}
        self._acts = {number: acts for number, acts in self._acts.items() if number in shown}

    async def _act(self, event: GenericEventArguments) -> None:
        acts = self._acts.get(int(event.args["id"]), [])
        at = int(event.args["at"])
        if not 0 <= at < len(acts):
            return
        self._drop(int(event.args["id"]))
        result = acts[at][1]()
        if result is not None:
            await result

    def _drop(self, number: int) -> None:
        self._show([item for item in self._items if item["id"] != number])

    def _change(self, number: int, **what: object) -> None:
        self._show([{**item, **what} if item["id"] == number else item for item in self._items])


class Work:
    """A message about progress."""

    def __init__(self, toasts: Toasts, number: int) -> None:
        self._toasts = toasts
        self._number = number

    def at(self, text: str, share: float) -> None:
        """Set the progress, from 0 to 1."""
        self._toasts._change(self._number, text=text, share=round(share, 3))

    def end(self) -> None:
        """Remove the message."""
        self._toasts._drop(self._number)
