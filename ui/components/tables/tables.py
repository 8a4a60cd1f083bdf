"""The tables of tasks and runs, and the pager below them: rows of data, drawn in the browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from onthedot.ui.components.markup import box, button, named, text
from onthedot.ui.components.small import Icon

#: Gets ids, and whether they were chosen or deselected.
Choose = Callable[[list[str], bool], None]


class TaskTable(Element, component="otd_task_table.js"):
    """A page of tasks."""

    def __init__(
        self,
        *,
        choose: Choose,
        act: Callable[[str, str], Awaitable[None]],
        sort: Callable[[str], None],
        why_not: dict[str, str],
    ) -> None:
        """`why_not` gives the reason why each action is unavailable; empty if it is available."""
        super().__init__()
        self.props["whyNot"] = why_not
        self.props["rows"] = []
        self.props["chosen"] = []
        self.on("choose", lambda event: _chose(event, choose))
        self.props["sort"] = ""
        self.on("sort", lambda event: sort(str(event.args)))
        self.on("act", lambda event: act(str(event.args["name"]), str(event.args["id"])))

    def show(self, rows: Sequence[dict[str, Any]], chosen: Sequence[str], *, sort: str) -> None:
        """Show these rows, with these selected. Sends nothing if nothing changed."""
        if self.props["sort"] != sort:
            self.props["sort"] = sort
        if self.props["rows"] != list(rows):
            self.props["rows"] = list(rows)
        if self.props["chosen"] != list(chosen):
            self.props["chosen"] = list(chosen)


class RunTable(Element, component="otd_run_table.js"):
    """A page of the execution log; without `task`, the log of a single task."""

    def __init__(
        self,
        caption: str,
        *,
        task: bool = True,
        choose: Choose | None = None,
    ) -> None:
        super().__init__()
        self.props["rows"] = []
        self.props["task"] = task
        self.props["caption"] = caption
        if choose is not None:
            self.props["chosen"] = []
            self.on("choose", lambda event: _chose(event, choose))

    def show(self, rows: Sequence[dict[str, Any]], chosen: Sequence[str] = ()) -> None:
        """Show these rows, with these selected. Sends nothing if nothing changed."""
        if self.props["rows"] != list(rows):
            self.props["rows"] = list(rows)
        if "chosen" in self.props and self.props["chosen"] != list(chosen):
            self.props["chosen"] = list(chosen)


class ChosenBar(Element, component="otd_chosen_bar.js"):
    """The actions on the selected rows, above a table."""


def _chose(event: GenericEventArguments, choose: Choose) -> None:
    choose([str(each) for each in event.args["ids"]], bool(event.args["on"]))


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
