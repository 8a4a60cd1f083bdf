"""The bar that appears when tasks are chosen: what can be done to all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from onthedot.service.tasks.filter import TaskFilter
from onthedot.ui.components.markup import box, button, named, text
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages import bulk

_ICONS = {"run": "play", "pause": "pause", "resume": "play", "delete": "trash-2"}


class TaskChoice:
    """The chosen tasks, by id; `changed` is called with them."""

    def __init__(
        self,
        context: PageContext,
        which: Callable[[], TaskFilter],
        changed: Callable[[list[str]], None],
    ) -> None:
        self._context = context
        self._which = which
        self._changed = changed
        self._place = box()
        self._said: tuple[object, ...] | None = None
        self.ids: list[str] = []

    def choose(self, ids: Sequence[str]) -> None:
        """These and no others."""
        self.ids = list(ids)
        self._changed(self.ids)

    def show(self, *, on_page: int, count: int) -> None:
        """Draw the bar, where there is a choice; `count` tasks match in all."""
        said = (tuple(self.ids), on_page, count)
        if self._said == said:
            return
        self._said = said
        self._place.clear()
        if not self.ids:
            return
        with self._place, named(box("chosen-bar"), role="toolbar", aria_label="Chosen tasks"):
            text(f"{len(self.ids):,} chosen", "strong")
            if len(self.ids) == on_page and count > on_page:
                button(f"Choose all {count:,}", self._choose_all, "small ghost")
            for name, icon in _ICONS.items():
                self._add(name, icon)
            button("", lambda: self.choose([]), "small ghost", icon="x", aria="Choose none")

    def _add(self, name: str, icon: str) -> None:
        kind = bulk.KINDS[name]

        def pressed() -> None:
            bulk.ask(self._context, kind, self.ids, lambda: self.choose([]))

        button(
            kind.ask,
            pressed,
            "small danger" if kind.danger else "small",
            icon=icon,
            why_not=self._context.why_not(kind.call),
        )

    async def _choose_all(self) -> None:
        ids = await self._context.tried(bulk.all_ids(self._context, self._which()))
        if ids:
            self.choose(ids)
