"""The selection in a list, across its pages, and the bar with its actions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from nicegui.events import GenericEventArguments

from onthedot.ui.bulk.actions import Subject
from onthedot.ui.bulk.work import ask
from onthedot.ui.components.tables.tables import ChosenBar
from onthedot.ui.page_context import PageContext

#: The most that can be selected.
MOST = 10_000


class RowSelection:
    """The selected ids. `changed` is called when they change.

    `find_all` returns the ids of everything that matches the filter, at most `MOST` + 1.
    """

    def __init__(
        self,
        context: PageContext,
        subject: Subject,
        find_all: Callable[[], Awaitable[list[str]]],
        changed: Callable[[], None],
    ) -> None:
        self._context = context
        self._subject = subject
        self._find_all = find_all
        self._changed = changed
        self._ids: dict[str, None] = {}
        self._finding = asyncio.Lock()
        self._page: Sequence[str] = ()
        self._bar = ChosenBar()
        self._bar.props["label"] = f"Chosen {subject.one}s"
        self.offer(subject)
        self._bar.on("none", self.clear)
        self._bar.on("all", self._choose_all)
        self._bar.on("act", self._act)

    def offer(self, subject: Subject) -> None:
        """From now on, offer the actions of this subject."""
        self._subject = subject
        self._bar.props["actions"] = [
            {
                "name": action.name,
                "label": action.ask,
                "icon": action.icon,
                "danger": action.danger,
                "whyNot": self._context.why_not(action.call),
            }
            for action in subject.actions
        ]

    @property
    def here(self) -> list[str]:
        """The selected ones on the current page."""
        return [each for each in self._page if each in self._ids]

    def mark(self, ids: Sequence[str], *, on: bool) -> None:
        """Select or deselect these."""
        for each in ids:
            if on:
                self._ids[each] = None
            else:
                self._ids.pop(each, None)
        self._show()

    def clear(self) -> None:
        """Deselect all."""
        if self._ids:
            self._ids = {}
            self._show()

    def show(self, page: Sequence[str], count: int) -> None:
        """Note that the page shows these, and that `count` match in all."""
        self._page = page
        self._bar.props["total"] = count
        self._draw()

    def _show(self) -> None:
        self._draw()
        self._changed()

    def _draw(self) -> None:
        said = {"count": len(self._ids), "elsewhere": len(self._ids) - len(self.here)}
        for name, value in said.items():
            if self._bar.props.get(name) != value:
                self._bar.props[name] = value

    async def _choose_all(self) -> None:
        async with self._finding:
            await self._find()

    async def _find(self) -> None:
        ids = await self._context.tried(self._find_all())
        if ids is None:
            return
        if len(ids) > MOST:
            said = f"At most {MOST:,} at once: the newest are chosen."
            self._context.toasts.say(said, tone="grey")
        self._ids = dict.fromkeys(ids[:MOST])
        self._show()

    async def _act(self, event: GenericEventArguments) -> None:
        action = self._subject.action(str(event.args))
        # "All" includes those that are not found yet.
        async with self._finding:
            pass
        await ask(self._context, self._subject, action, list(self._ids), self.clear)
