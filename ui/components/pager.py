"""Below a long list: where one is in it, and the way on and back."""

from __future__ import annotations

from collections.abc import Callable

from nicegui.element import Element

from onthedot.ui.components.markup import box, button, named, text
from onthedot.ui.components.small import Icon


class Pager:
    """A walk through pages of `rows` rows, which remembers the cursor of each page it has seen."""

    def __init__(
        self, rows: int, walk: list[str | None], at: int, turned: Callable[[], None],
        words: tuple[str, str],
    ) -> None:  # fmt: skip
        self._rows = rows
        self._walk = walk
        self.at = at if 1 <= at <= len(walk) else 1
        self._turned = turned
        self._words = words
        self._place = box()
        self._said: tuple[int, int | None, bool] | None = None

    @property
    def cursor(self) -> str | None:
        """Where the present page begins."""
        return self._walk[self.at - 1]

    def restart(self, walk: list[str | None]) -> None:
        """Another list: from its first page."""
        self._walk, self.at = walk, 1
        self.clear()

    def clear(self) -> None:
        """Nothing to walk through."""
        self._said = None
        self._place.clear()

    def show(self, shown: int, count: int | None, next_cursor: str | None) -> None:
        """There are `shown` rows on this page and `count` in all, where that is known."""
        if next_cursor and len(self._walk) == self.at:
            self._walk.append(next_cursor)
        first = (self.at - 1) * self._rows + 1
        last = first + shown - 1
        if count is None and not next_cursor:
            count = last
        said = (last, None if count is None else max(count, last), bool(next_cursor))
        if self._said == said:
            return
        self._said = said
        self._place.clear()
        with self._place, box("pager"):
            text(f"{first:,}–{last:,}" + ("" if said[1] is None else f" of {said[1]:,}"))
            if self.at > 1 or next_cursor:
                self._buttons(more=bool(next_cursor))

    def _buttons(self, *, more: bool) -> None:
        back_word, on_word = self._words
        with box("end"):
            back: Element = button(back_word, lambda: self._turn(-1), "small", icon="chevron-left")
            on = button(on_word, lambda: self._turn(1), "small")
            with on:
                Icon("chevron-right")
            named(back, disabled=self.at == 1)
            named(on, disabled=not more)

    def _turn(self, by: int) -> None:
        self.at += by
        self._said = None
        self._turned()
