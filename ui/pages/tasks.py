"""The list of tasks: search, filters in the address, pages, and changes to many at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from scheduling.run import ShortRun
from scheduling.task import Task, TaskStatus
from service.paging import Page
from service.recent_runs import recent_runs
from service.task_list import TaskFilter
from ui.components.fields import ChoiceField, TextField
from ui.components.markup import box, button, empty, link, named, skeleton, text
from ui.components.small import Icon
from ui.components.tables import TaskTable
from ui.desk import Desk
from ui.pages import bulk
from ui.pages.task_actions import ask_delete, pause, resume, run_now
from ui.rows import KINDS, TASK_WORDS, task_row
from ui.watches import Live, Seen

ROWS = 50


@dataclass(frozen=True)
class Shown:
    """What one page of the list needs: three reads of Temporal."""

    page: Page[Task]
    runs: dict[str, list[ShortRun]]
    count: int


def tasks_page(desk: Desk, query: dict[str, str]) -> None:
    """Build the page."""
    _TasksPage(desk, query).build()


class _TasksPage:
    def __init__(self, desk: Desk, query: dict[str, str]) -> None:
        self._desk = desk
        self._query = {key: query.get(key, "") for key in ("q", "kind", "status", "tag")}
        self._chosen: list[str] = []
        self._tasks: dict[str, Task] = {}
        self._count = 0
        self._live: Live | None = None
        walk = desk.memory.setdefault(self._address(), [None])
        at = int(query["page"]) if query.get("page", "").isdigit() else 1
        self._at = at if 1 <= at <= len(walk) else 1

    def build(self) -> None:
        with box("head"), box("titles"):
            text("Tasks", tag="h1")
            self._summary = text(" ", "sub", tag="p")
        self._bar()
        self._place = box()
        with self._place:
            skeleton(430)
        self._foot = box()
        self._choice = box()
        self._watch()
        self._desk.live("task counts", self._desk.house.overview.tasks, self._summarise)

    def _bar(self) -> None:
        with named(box("bar", "div"), role="search"):
            with box("search"):
                Icon("search")
                search = TextField(
                    "Search by the start of a name or id",
                    self._query["q"],
                    placeholder="Name or id starts with…",
                    on_change=lambda event: self._filter("q", event.value.strip()),
                )
                named(search, hideLabel=True, searching=True)
                text("/", tag="kbd")
            self._choose("kind", "Any kind", KINDS)
            self._choose("status", "Any status", {s.value: w for s, w in TASK_WORDS.items()})
            tag = TextField(
                "Tag",
                self._query["tag"],
                placeholder="Tag",
                on_change=lambda event: self._filter("tag", event.value.strip()),
            ).classes("short")
            named(tag, hideLabel=True)
            with box("end"):
                self._clear = button("Clear", self._clear_all, "ghost", icon="x")
                self._clear.set_visibility(any(self._query.values()))

    def _choose(self, key: str, label: str, options: dict[str, str]) -> None:
        ChoiceField(
            label,
            {"": label, **options},
            self._query[key],
            plain=True,
            on_change=lambda event: self._filter(key, event.value),
        )

    def _filter(self, key: str, value: str) -> None:
        if self._query[key] == value:
            return
        self._query[key] = value
        self._chosen = []
        self._at = 1
        self._desk.memory[self._address()] = [None]
        self._clear.set_visibility(any(self._query.values()))
        self._watch()

    def _clear_all(self) -> None:
        self._desk.go("/tasks")

    def _address(self) -> str:
        given = {key: value for key, value in self._query.items() if value}
        return f"/tasks?{urlencode(given)}" if given else "/tasks"

    def _which(self) -> TaskFilter:
        status = self._query["status"]
        known = {each.value for each in TaskStatus}
        return TaskFilter(
            kind=self._query["kind"] or None,
            status=TaskStatus(status) if status in known else None,
            tag=self._query["tag"] or None,
            q=self._query["q"] or None,
        )

    def _watch(self) -> None:
        which, address = self._which(), self._address()
        cursor = self._desk.memory[address][self._at - 1]
        separator = "&" if "?" in address else "?"
        place = address if self._at == 1 else f"{address}{separator}page={self._at}"
        if self._live is not None:
            ui.run_javascript(f"otd.address({json.dumps(place)})")
            self._live.delete()
        fetch = _reader(self._desk, which, cursor)
        with self._place.parent_slot or self._place:
            self._live = self._desk.live(("tasks", which, cursor), fetch, self._show)

    def _summarise(self, seen: Seen[Any]) -> None:
        if seen.value is not None:
            counts = seen.value
            paused = f" · {counts.paused:,} paused" if counts.paused else ""
            self._summary.text = f"{bulk.counted(counts.total)}{paused}"

    def _show(self, seen: Seen[Shown]) -> None:
        shown = seen.value
        if shown is None:
            if seen.error is not None:
                self._say_away()
            return
        self._count = shown.count
        self._tasks = {task.id: task for task in shown.page.items}
        if not shown.page.items:
            self._say_empty()
            return
        rows = [task_row(task, shown.runs.get(task.id, [])) for task in shown.page.items]
        self._table().show(rows, self._chosen)
        self._page_foot(shown)
        self._show_choice()

    def _table(self) -> TaskTable:
        found = next(
            (c for c in self._place.default_slot.children if isinstance(c, TaskTable)), None
        )
        if found is None:
            self._place.clear()
            with self._place:
                found = TaskTable(choose=self._set_chosen, act=self._act)
        return found

    def _say_away(self) -> None:
        self._place.clear()
        with self._place, box("card"):
            empty(
                "triangle-alert", "Temporal cannot be reached", "The list appears when it is back."
            )

    def _say_empty(self) -> None:
        self._place.clear()
        self._foot.clear()
        with self._place, box("card"):
            if any(self._query.values()):
                with empty("search", "No task matches", "Search finds the start of a name or id."):
                    button("Clear filters", self._clear_all)
            else:
                with empty(
                    "calendar",
                    "Nothing is scheduled yet",
                    "A task is something to do, such as calling a URL, and when to do it: once, by "
                    "a cron expression, or at an interval.",
                ):
                    link("New task", "/tasks/new", "btn primary", icon="plus")
                    link("Try the harmless one", "/tasks/new?action=log&trigger=interval", "btn")

    def _page_foot(self, shown: Shown) -> None:
        walk = self._desk.memory[self._address()]
        if shown.page.next_cursor and len(walk) == self._at:
            walk.append(shown.page.next_cursor)
        first = (self._at - 1) * ROWS + 1
        last = first + len(shown.page.items) - 1
        said = (first, last, shown.count, bool(shown.page.next_cursor))
        if getattr(self, "_said", None) == said and self._foot.default_slot.children:
            return
        self._said = said
        self._foot.clear()
        with self._foot, box("pager"):
            text(f"{first:,}–{last:,} of {max(shown.count, last):,}")
            if first > 1 or shown.page.next_cursor:
                with box("end"):
                    back = button("Back", lambda: self._turn(-1), "small", icon="chevron-left")
                    on = button("Next", lambda: self._turn(1), "small")
                    with on:
                        Icon("chevron-right")
                    named(back, disabled=self._at == 1)
                    named(on, disabled=not shown.page.next_cursor)

    def _turn(self, by: int) -> None:
        self._at += by
        self._chosen = []
        self._watch()
        ui.run_javascript("scrollTo({top: 0})")

    def _set_chosen(self, ids: list[str]) -> None:
        self._chosen = ids
        self._table().props["chosen"] = ids
        self._show_choice()

    def _show_choice(self) -> None:
        said = (tuple(self._chosen), self._count)
        if getattr(self, "_choice_said", None) == said:
            return
        self._choice_said = said
        self._choice.clear()
        if not self._chosen:
            return
        with self._choice, named(box("chosen-bar"), role="toolbar", aria_label="Chosen tasks"):
            text(f"{len(self._chosen):,} chosen", "strong")
            if len(self._chosen) == len(self._tasks) and self._count > len(self._tasks):
                button(f"Choose all {self._count:,}", self._choose_all, "small ghost")
            for name, icon in (("run", "play"), ("pause", "pause"), ("resume", "play")):
                self._bulk_button(name, icon)
            self._bulk_button("delete", "trash-2", "danger")
            button("", lambda: self._set_chosen([]), "small ghost", icon="x", aria="Choose none")

    def _bulk_button(self, name: str, icon: str, classes: str = "") -> None:
        kind = bulk.KINDS[name]

        def pressed() -> None:
            bulk.ask(self._desk, kind, list(self._chosen), lambda: self._set_chosen([]))

        button(kind.ask, pressed, f"small {classes}", icon=icon)

    async def _choose_all(self) -> None:
        ids = await self._desk.tried(bulk.all_ids(self._desk, self._which()))
        if ids:
            self._set_chosen(ids)

    async def _act(self, name: str, task_id: str) -> None:
        if name == "run":
            await run_now(self._desk, task_id)
        elif name == "pause":
            await pause(self._desk, task_id)
        elif name == "resume":
            await resume(self._desk, task_id)
        elif name == "delete" and task_id in self._tasks:
            ask_delete(self._desk, self._tasks[task_id])


def _reader(desk: Desk, which: TaskFilter, cursor: str | None) -> Callable[[], Any]:
    from service.task_list import TaskList

    tasks, temporal = TaskList(desk.house.temporal), desk.house.temporal

    async def read() -> Shown:
        page, count = await asyncio.gather(
            tasks.page(which, limit=ROWS, cursor=cursor), tasks.count(which)
        )
        runs = await recent_runs(temporal, [task.id for task in page.items]) if page.items else {}
        return Shown(page, runs, count)

    return read
