"""Shows that a page is out of date, and since when."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime

from nicegui.element import Element

from onthedot.ui.components.markup import box, named, text
from onthedot.ui.components.small import Icon, When


class Staleness:
    """A line over the dimmed content of the page, while something cannot be read."""

    def __init__(self, place: Element, content: Element) -> None:
        self._place = place
        self._content = content
        self._stale: set[Hashable] = set()

    def mark(self, what: Hashable, *, stale: bool) -> None:
        """Note that something could not be read since an instant, or that it can be read again."""
        before = bool(self._stale)
        if stale:
            self._stale.add(what)
        else:
            self._stale.discard(what)
        if before != bool(self._stale):
            self._show()

    def clear(self) -> None:
        """Reset it for another page."""
        if self._stale:
            self._stale.clear()
            self._show()

    def _show(self) -> None:
        self._place.clear()
        if not self._stale:
            self._content.classes(remove="stale")
            return
        self._content.classes(add="stale")
        with self._place, named(box("stale-note"), role="status"):
            Icon("clock")
            text("Not up to date since")
            When(datetime.now(UTC), "near")
            text("It updates as soon as the connection is back.")
