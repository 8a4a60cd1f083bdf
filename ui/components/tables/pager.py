"""The pager below a long list."""

from __future__ import annotations

from collections.abc import Callable

from nicegui.element import Element

from onthedot.ui.components.markup import box, button, named, text
from onthedot.ui.components.small import Icon


class Pager:
    """Shows the position in the list, with `rows` rows per page; `turned` gets the page to show.

    `words` label the buttons for the previous and the next page.
    """

    def __init__(self, rows: int, turned: Callable[[int], None], words: tuple[str, str]) -> None:
        self._rows = rows
        self._turned = turned
        self._words = words
        self._place = box()
        self._said: tuple[int, int, int | None, bool] | None = None

    def clear(self) -> None:
        """Hide it: there are no rows."""
        self._said = None
        self._place.clear()

    def show(self, page: int, shown: int, count: int | None, *, more: bool) -> None:
        """Show that this page has `shown` rows, of `count` in total if known, and whether more
        follow."""
        first = (page - 1) * self._rows + 1
        last = first + shown - 1
        if not more:
            count = count or last
        said = (page, last, None if count is None else max(count, last), more)
        if self._said == said:
            return
        self._said = said
        self._place.clear()
        with self._place, named(box("pager", "nav"), aria_label="Pages of the list"):
            text(f"{first:,}–{last:,}" + ("" if said[2] is None else f" of {said[2]:,}"))
            if page > 1 or more:
                self._buttons(page, more=more)

    def _buttons(self, page: int, *, more: bool) -> None:
        back_word, on_word = self._words
        with box("end"):
            back: Element = button(
                back_word, lambda: self._turned(page - 1), "small", icon="chevron-left"
            )
            on = button(on_word, lambda: self._turned(page + 1), "small")
            with on:
                Icon("chevron-right")
            named(back, disabled=page == 1)
            named(on, disabled=not more)
