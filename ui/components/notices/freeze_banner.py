"""The banner on every page while a freeze is in force."""

from __future__ import annotations

from datetime import timedelta

from nicegui.element import Element

from onthedot.scheduling.freezes.freeze import Freeze
from onthedot.ui.components.markup import box, link, named, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.page_context import PageContext
from onthedot.ui.reads import standing_freezes
from onthedot.ui.watches import Live, Seen

_EVERY = timedelta(seconds=3)


def watch_freezes(context: PageContext, place: Element) -> None:
    """Keep the banner up to date."""
    shown: list[list[Freeze]] = []

    def show(seen: Seen[list[Freeze]]) -> None:
        if seen.value is None:
            return
        active = [freeze for freeze in seen.value if freeze.in_force]
        if shown[:1] == [active]:
            return
        shown[:] = [active]
        place.clear()
        with place:
            for freeze in active:
                _banner(freeze)

    with place.parent_slot or place:
        Live(
            context.site.watches,
            "freezes",
            lambda: standing_freezes(context.site.temporal),
            show,
            every=_EVERY,
        )


def _banner(freeze: Freeze) -> None:
    which = "All tasks" if freeze.tags == "all" else f"Tasks tagged {' or '.join(freeze.tags)}"
    with named(box("banner"), role="status"):
        Icon("ban")
        with box("wrap", "span"):
            text(f"{which} are frozen until ")
            When(freeze.ends_at, "near")
            text(f": {freeze.note} " if freeze.note else " ")
            link(freeze.name, "/freezes")
