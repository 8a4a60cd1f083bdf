"""The execution log: live, filtered by what stands in the address, and to take away as CSV or JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from scheduling.run import RunStatus, ShortRun
from service.paging import Page
from service.run_list import RunFilter, RunList
from ui.components.fields import ChoiceField, TextField
from ui.components.markup import box, button, empty, link, named, skeleton, text
from ui.components.small import Icon
from ui.components.tables import RunTable
from ui.desk import Desk
from ui.pages.export import add_export
from ui.rows import RUN_WORDS, run_row
from ui.watches import Live, Seen

ROWS = 50
SPANS = {
    "": "Any time",
    "1h": "Last hour",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
}
_LENGTHS = {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7)}
_KEYS = ("task", "status", "span", "since", "until")


@dataclass(frozen=True)
class Shown:
    """One page of the log, and how many runs there are in all."""

    page: Page[ShortRun]
    count: int


def runs_page(desk: Desk, query: dict[str, str]) -> None:
    """Build the page."""
    _RunsPage(desk, query).build()


class _RunsPage:
    def __init__(self, desk: Desk, query: dict[str, str]) -> None:
        self._desk = desk
        self._query = {key: query.get(key, "") for key in _KEYS}
        self._live: Live | None = None
        self._walk: list[str | None] = [None]
        self._at = 0
        self._said: tuple[Any, ...] | None = None

    def build(self) -> None:
        with box("head"):
            with box("titles"):
                text("Runs", tag="h1")
                self._summary = text("Live, newest first", "sub", tag="p")
            with box("actions"):
                add_export(self._desk, self._which)
        with named(box("bar"), role="search"):
            with box("search"):
                Icon("search")
                task = TextField(
                    "Id of a task",
                    self._query["task"],
                    placeholder="Id of a task",
                    on_change=lambda event: self._filter("task", event.value.strip()),
                )
                named(task, hideLabel=True, searching=True)
                text("/", tag="kbd")
            ChoiceField(
                "Any status",
                {"": "Any status", **{s.value: w for s, w in RUN_WORDS.items()}},
                self._query["status"],
                plain=True,
                on_change=lambda event: self._filter("status", event.value),
            )
            ChoiceField(
                "Any time",
                SPANS if not self._query["since"] else {**SPANS, "": "Between two times"},
                self._query["span"],
                plain=True,
                on_change=lambda event: self._filter("span", event.value),
            )
            with box("end"):
                self._clear = button("Clear", lambda: self._desk.go("/runs"), "ghost", icon="x")
                self._clear.set_visibility(any(self._query.values()))
        self._place = box()
        with self._place:
            skeleton(430)
        self._foot = box()
        self._watch()

    def _filter(self, key: str, value: str) -> None:
        if self._query[key] == value:
            return
        self._query[key] = value
        if key == "span":
            self._query["since"] = self._query["until"] = ""
        self._walk, self._at = [None], 0
        self._clear.set_visibility(any(self._query.values()))
        self._watch()

    def _which(self) -> RunFilter:
        known = {each.value for each in RunStatus}
        span = _LENGTHS.get(self._query["span"])
        since = _instant(self._query["since"])
        return RunFilter(
            task_id=self._query["task"] or None,
            status=RunStatus(self._query["status"]) if self._query["status"] in known else None,
            since=self._desk.house.temporal.now() - span if span else since,
            until=_instant(self._query["until"]),
        )

    def _watch(self) -> None:
        given = {key: value for key, value in self._query.items() if value}
        address = f"/runs?{urlencode(given)}" if given else "/runs"
        if self._live is not None:
            ui.run_javascript(f"otd.address({json.dumps(address)})")
            self._live.delete()
        which, cursor = self._which(), self._walk[self._at]
        with self._place.parent_slot or self._place:
            self._live = self._desk.live(
                ("runs", which, cursor),
                _reader(self._desk, which, cursor),
                self._show,
                # Only the first page changes by itself.
                every=timedelta(seconds=1 if cursor is None else 5),
            )

    def _show(self, seen: Seen[Shown]) -> None:
        shown = seen.value
        if shown is None:
            if seen.error is not None:
                self._say("triangle-alert", "Temporal cannot be reached", "The log appears again.")
            return
        if not shown.page.items:
            self._foot.clear()
            if any(self._query.values()):
                self._say("search", "No run matches", "Choose another status, time or task.")
            else:
                self._say("history", "Nothing has run yet", "Each run of a task shows here.")
            return
        found = next(
            (c for c in self._place.default_slot.children if isinstance(c, RunTable)), None
        )
        if found is None:
            self._place.clear()
            with self._place:
                found = RunTable("Runs")
        found.show([run_row(run) for run in shown.page.items])
        self._page_foot(shown)

    def _say(self, icon: str, title: str, words: str) -> None:
        said = ("empty", title)
        if self._said == said:
            return
        self._said = said
        self._place.clear()
        with self._place, box("card"), empty(icon, title, words):
            link("To the tasks", "/tasks", "btn")

    def _page_foot(self, shown: Shown) -> None:
        if shown.page.next_cursor and len(self._walk) == self._at + 1:
            self._walk.append(shown.page.next_cursor)
        first = self._at * ROWS + 1
        last = first + len(shown.page.items) - 1
        said = (first, last, shown.count, bool(shown.page.next_cursor))
        if self._said == said:
            return
        self._said = said
        self._foot.clear()
        with self._foot, box("pager"):
            text(f"{first:,}–{last:,} of {max(shown.count, last):,}")
            if self._at or shown.page.next_cursor:
                with box("end"):
                    newer = button("Newer", lambda: self._turn(-1), "small", icon="chevron-left")
                    older = button("Older", lambda: self._turn(1), "small")
                    with older:
                        Icon("chevron-right")
                    named(newer, disabled=self._at == 0)
                    named(older, disabled=not shown.page.next_cursor)

    def _turn(self, by: int) -> None:
        self._at += by
        self._watch()
        ui.run_javascript("scrollTo({top: 0})")


def _reader(desk: Desk, which: RunFilter, cursor: str | None) -> Callable[[], Any]:
    runs = RunList(desk.house.temporal)

    async def read() -> Shown:
        page, count = await asyncio.gather(
            runs.page(which, limit=ROWS, cursor=cursor), runs.count(which)
        )
        return Shown(page, count)

    return read


def _instant(given: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(given) if given else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
