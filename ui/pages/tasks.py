"""The list of tasks: search, filters in the address, pages, and changes to many at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlencode

from onthedot.scheduling.task import Health, Task, TaskStatus
from onthedot.service.overview.overview import TaskCounts
from onthedot.service.tasks.filter import TaskFilter
from onthedot.ui.bulk.choice import MOST, Choice
from onthedot.ui.bulk.kinds import TASKS
from onthedot.ui.components.fields import ChoiceField, TextField
from onthedot.ui.components.markup import box, button, empty, link, named, skeleton, text
from onthedot.ui.components.pager import Pager
from onthedot.ui.components.small import Icon
from onthedot.ui.components.tables import TaskTable
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.task.actions import ask_delete, ask_pause, resume, run_now
from onthedot.ui.reads import ROWS, TaskRows, ids_of_tasks, task_rows
from onthedot.ui.rows import KINDS, TASK_WORDS, task_row
from onthedot.ui.watches import Live, Seen


def tasks_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    _TasksPage(context, query).build(query.get("page", ""))


#: What a pill says, and of what cannot be said in one pill, how the last run went.
_STATUSES = {
    TaskStatus.SCHEDULED.value: TASK_WORDS[TaskStatus.SCHEDULED],
    TaskStatus.RUNNING.value: TASK_WORDS[TaskStatus.RUNNING],
    Health.FAILING.value: "Failing or failed",
    Health.HEALTHY.value: "Healthy",
    Health.NEVER_RAN.value: "Never ran",
    TaskStatus.PAUSED.value: TASK_WORDS[TaskStatus.PAUSED],
    TaskStatus.COMPLETED.value: TASK_WORDS[TaskStatus.COMPLETED],
    TaskStatus.CANCELLED.value: TASK_WORDS[TaskStatus.CANCELLED],
}

#: Links that were kept from earlier.
_EARLIER = {TaskStatus.FAILED.value: Health.FAILING.value}


class _TasksPage:
    def __init__(self, context: PageContext, query: dict[str, str]) -> None:
        self._context = context
        self._query = {key: query.get(key, "") for key in ("q", "kind", "status", "tag")}
        self._tasks: dict[str, Task] = {}
        self._live: Live[TaskRows] | None = None
        self._table: TaskTable | None = None
        self._said = ""

    def build(self, page: str) -> None:
        with box("head"), box("titles"):
            text("Tasks", tag="h1")
            self._summary = text(" ", "sub", tag="p")
        self._build_filters()
        self._choice = Choice(self._context, TASKS, self._all_ids, self._chosen)
        self._place = box()
        with self._place:
            skeleton(430)
        walk = self._context.memory.setdefault(self._address(), [None])
        at = int(page) if page.isdigit() else 1
        self._pager = Pager(ROWS, walk, at, self._turned, ("Back", "Next"))
        self._watch()
        self._context.live("task counts", self._context.site.overview.tasks, self._summarise)

    def _build_filters(self) -> None:
        with named(box("bar"), role="search"):
            with box("search"):
                Icon("search")
                search = TextField(
                    "Search by words",
                    self._query["q"],
                    placeholder="Words of name, id, tags, target…",
                    on_change=lambda event: self._filter("q", event.value.strip()),
                )
                named(search, hideLabel=True, searching=True)
                text("/", tag="kbd")
            self._add_choice("kind", "Any kind", KINDS)
            self._add_choice("status", "Any status", _STATUSES)
            tag = TextField(
                "Tag",
                self._query["tag"],
                placeholder="Tag, or several",
                on_change=lambda event: self._filter("tag", event.value.strip()),
            ).classes("short")
            named(tag, hideLabel=True)
            with box("end"):
                self._clear = button("Clear", lambda: self._context.go("/tasks"), "ghost", icon="x")
                self._clear.set_visibility(any(self._query.values()))

    def _add_choice(self, key: str, label: str, options: dict[str, str]) -> None:
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
        self._choice.clear()
        walk: list[str | None] = [None]
        self._context.memory[self._address()] = walk
        self._pager.restart(walk)
        self._clear.set_visibility(any(self._query.values()))
        self._watch()

    def _turned(self) -> None:
        self._watch()
        self._context.script("scrollTo({top: 0})")

    def _address(self, page: int = 1) -> str:
        given = {key: value for key, value in self._query.items() if value}
        if page > 1:
            given["page"] = str(page)
        return f"/tasks?{urlencode(given)}" if given else "/tasks"

    def _which(self) -> TaskFilter:
        status = _EARLIER.get(self._query["status"], self._query["status"])
        return TaskFilter(
            kind=self._query["kind"] or None,
            status=TaskStatus(status) if status in set(TaskStatus) else None,
            health=Health(status) if status in set(Health) else None,
            tags=tuple(self._query["tag"].replace(",", " ").split()),
            q=self._query["q"] or None,
        )

    def _unknown(self) -> str:
        """What is in the address and means nothing here."""
        known = {"status": {**_STATUSES, **_EARLIER}, "kind": KINDS}
        return next(
            (
                f"There is no {key} “{self._query[key]}”"
                for key, values in known.items()
                if self._query[key] and self._query[key] not in values
            ),
            "",
        )

    def _watch(self) -> None:
        if self._live is not None:
            self._live.delete()
            address = json.dumps(self._address(self._pager.at))
            self._context.script(f"otd.address({address})")
        if unknown := self._unknown():
            clear = "Clear filters"
            self._say(
                "search", unknown, "", lambda: button(clear, lambda: self._context.go("/tasks"))
            )
            return
        which, cursor = self._which(), self._pager.cursor
        with self._place.parent_slot or self._place:
            self._live = self._context.live(
                ("tasks", which, cursor),
                lambda: task_rows(self._context.site.temporal, which, cursor),
                self._show,
            )

    def _summarise(self, seen: Seen[TaskCounts]) -> None:
        if seen.value is not None:
            paused = f" · {seen.value.paused:,} paused" if seen.value.paused else ""
            self._summary.text = f"{TASKS.counted(seen.value.total)}{paused}"

    def _show(self, seen: Seen[TaskRows]) -> None:
        shown = seen.value
        if shown is None:
            if seen.error is not None:
                self._say(
                    "triangle-alert", "Temporal cannot be reached", "The list appears when it is."
                )
            return
        self._tasks = {task.id: task for task in shown.page.items}
        if not shown.page.items:
            self._say_empty()
            return
        if self._table is None:
            self._place.clear()
            with self._place:
                self._table = TaskTable(
                    choose=lambda ids, on: self._choice.mark(ids, on=on),
                    act=self._act,
                    why_not={
                        "run": self._context.why_not("run_task"),
                        "pause": self._context.why_not("pause_task"),
                        "resume": self._context.why_not("resume_task"),
                        "edit": self._context.why_not("replace_task"),
                        "delete": self._context.why_not("delete_task"),
                    },
                )
        self._said = ""
        rows = [task_row(task, shown.runs.get(task.id, [])) for task in shown.page.items]
        self._choice.show(list(self._tasks), shown.count)
        self._table.show(rows, self._choice.here)
        self._pager.show(len(rows), shown.count, shown.page.next_cursor)

    def _chosen(self) -> None:
        if self._table is not None:
            self._table.props["chosen"] = self._choice.here

    async def _all_ids(self) -> list[str]:
        return await ids_of_tasks(self._context.temporal, self._which(), MOST + 1)

    def _say(self, icon: str, title: str, words: str, *ways: Callable[[], object]) -> None:
        if self._said == title:
            return
        self._said, self._table = title, None
        self._pager.clear()
        self._place.clear()
        with self._place, box("card"), empty(icon, title, words):
            for way in ways:
                way()

    def _say_empty(self) -> None:
        if any(self._query.values()):
            self._say(
                "search",
                "No task matches",
                "Search finds whole words anywhere, and the start of a word of a name or id.",
                lambda: button("Clear filters", lambda: self._context.go("/tasks")),
            )
            return
        self._say(
            "calendar",
            "Nothing is scheduled yet",
            "A task is something to do, such as calling a URL, and when to do it: once, by a cron "
            "expression, or at an interval.",
            *self._ways_to_begin(),
        )

    def _ways_to_begin(self) -> tuple[Callable[[], object], ...]:
        if self._context.why_not("create_task"):
            return ()
        return (
            lambda: link("New task", "/new", "btn primary", icon="plus"),
            lambda: link("Try a harmless one", "/new?action=log&trigger=interval", "btn"),
        )

    async def _act(self, name: str, task_id: str) -> None:
        task = self._tasks.get(task_id)
        if task is None:
            return
        if name == "run":
            await run_now(self._context, task.id, task.name)
        elif name == "pause":
            await ask_pause(self._context, task)
        elif name == "resume":
            await resume(self._context, task)
        elif name == "delete":
            ask_delete(self._context, task)
