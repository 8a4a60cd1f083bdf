"""The tables of tasks and runs. The browser draws them from rows of data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

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
        self.on("run", lambda event: act("run", str(event.args)))
        self.on("act", lambda event: act(str(event.args["name"]), str(event.args["id"])))

    def show(self, rows: Sequence[dict[str, Any]], chosen: Sequence[str], *, sort: str) -> None:
        """Show these rows with these chosen; sends nothing if nothing changed."""
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
        """Show these rows with these chosen; sends nothing if nothing changed."""
        if self.props["rows"] != list(rows):
            self.props["rows"] = list(rows)
        if "chosen" in self.props and self.props["chosen"] != list(chosen):
            self.props["chosen"] = list(chosen)


class ChosenBar(Element, component="otd_chosen_bar.js"):
    """The actions on the chosen rows, above a table."""


def _chose(event: GenericEventArguments, choose: Choose) -> None:
    choose([str(each) for each in event.args["ids"]], bool(event.args["on"]))
