"""A page with one short list that is shown in full."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from datetime import timedelta
from typing import TypeVar

from onthedot.ui.components.markup import box, empty, skeleton, text
from onthedot.ui.page_context import PageContext
from onthedot.ui.watches import Seen
from onthedot.ui.wording.errors import nothing_to_show

T = TypeVar("T")


def short_list_page(
    context: PageContext,
    title: str,
    words: str,
    fetch: Callable[[], Awaitable[list[T]]],
    *,
    key: Hashable,
    every: timedelta,
    new: Callable[[], None],
    none: Callable[[], object],
    draw: Callable[[list[T]], None],
) -> None:
    """Build the page. `new` builds the button at the top, `none` the content of an empty list, and
    `draw` the list, again after each change."""
    with box("head"):
        with box("titles"):
            text(title, tag="h1")
            text(words, "sub", tag="p")
        with box("actions"):
            new()
    place = box("stack")
    with place:
        skeleton(160)
    shown: list[object] = []

    def show(seen: Seen[list[T]]) -> None:
        if shown == [seen.value, seen.error] or (seen.value is None and seen.error is None):
            return
        shown[:] = [seen.value, seen.error]
        place.clear()
        with place:
            if seen.value:
                draw(seen.value)
                return
            with box("card"):
                if seen.value is None and seen.error is not None:
                    what = f"The list of {title.lower()}"
                    empty("triangle-alert", *nothing_to_show(seen.error, what))
                else:
                    none()

    with box():
        context.live(key, fetch, show, every=every)
