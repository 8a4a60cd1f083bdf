"""What the lists of tasks and of runs share: filters in the address, pages, and chosen rows."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from onthedot.scheduling.errors import OnTheDotError
from onthedot.service.temporal.paging import Page
from onthedot.ui.bulk.actions import Subject
from onthedot.ui.bulk.selection import RowSelection
from onthedot.ui.components.markup import box, empty, link, skeleton
from onthedot.ui.components.tables.tables import Pager, RunTable, TaskTable
from onthedot.ui.list_reads import ROWS, NoSuchPage
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.list_address import ListAddress
from onthedot.ui.watches import Live
from onthedot.ui.wording.errors import is_away, plainly


@dataclass(frozen=True)
class EmptyState:
    """Shown in place of rows; each of `ways` builds a way to continue."""

    icon: str
    title: str
    words: str = ""
    ways: tuple[Callable[[], object], ...] = ()


class ListPage(ABC):
    """A list that updates itself."""

    def __init__(self, context: PageContext, address: ListAddress) -> None:
        self._context = context
        self._address = address
        self._live: Live[Any] | None = None
        self._table: TaskTable | RunTable | None = None
        self._said = ""

    @abstractmethod
    async def _all_ids(self) -> list[str]:
        """The ids of all rows that the filters let through, `MOST` + 1 at most."""

    @abstractmethod
    def _follow(self, page: int, cursors: dict[int, str | None]) -> Live[Any]:
        """Show a page, and keep it up to date. `cursors` are those of the pages known so far."""

    def _build_rows(self, subject: Subject, words: tuple[str, str]) -> None:
        """The place for the rows; `words` lead to the page before and after."""
        self._selection = RowSelection(self._context, subject, self._all_ids, self._mark_chosen)
        self._place = box()
        with self._place:
            skeleton(430)
        self._pager = Pager(ROWS, self._turn, words)
        self._watch()

    def _filtered(self) -> None:
        """Start again, with other filters."""
        self._selection.clear()
        self._context.memory.pop(self._address.first_page, None)
        self._pager.clear()
        self._watch()

    def _show_rows(self, table: TaskTable | RunTable, page: Page[Any], count: int | None) -> None:
        """Note what the table shows, and offer the pages before and after."""
        self._table, self._said = table, ""
        number, more = self._address.page, page.next_cursor
        if more:
            self._cursors().setdefault(number + 1, more)
        self._pager.show(number, len(page.items), count, more=bool(more))

    def _say(self, state: EmptyState) -> None:
        said = state.title + state.words
        if self._said == said:
            return
        self._said, self._table = said, None
        self._pager.clear()
        self._place.clear()
        with self._place, box("card"), empty(state.icon, state.title, state.words):
            for way in state.ways:
                way()

    def _say_unread(self, error: OnTheDotError | None) -> None:
        """Nothing could be read yet."""
        if is_away(error):
            words = "The list appears once it responds."
            self._say(EmptyState("triangle-alert", "Temporal cannot be reached", words))
        elif isinstance(error, NoSuchPage):
            self._say(_not_understood(plainly(error), "First page", self._address.first_page))
        elif error is not None:
            self._say(self._not_understood(plainly(error)))

    def _not_understood(self, said: str) -> EmptyState:
        path = self._address.path
        return _not_understood(said, f"Show all {path.removeprefix('/')}", path)

    def _mark_chosen(self) -> None:
        if self._table is not None:
            self._table.props["chosen"] = self._selection.here

    def _turn(self, page: int) -> None:
        self._address.page = page
        self._watch()
        self._context.script("scrollTo({top: 0})")

    def _cursors(self) -> dict[int, str | None]:
        return self._context.memory.setdefault(self._address.first_page, {1: None})

    def _watch(self) -> None:
        if self._live is not None:
            self._live.delete()
            self._context.script(f"otd.address({json.dumps(str(self._address))})")
        if unknown := self._address.unknown():
            self._say(self._not_understood(unknown))
            return
        with self._place.parent_slot or self._place:
            self._live = self._follow(self._address.page, self._cursors())


def _not_understood(said: str, label: str, path: str) -> EmptyState:
    return EmptyState("search", said, ways=(lambda: link(label, path, "btn"),))
