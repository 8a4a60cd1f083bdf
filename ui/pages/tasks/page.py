"""The list of tasks: search, filters in the address, pages, and bulk actions."""

from __future__ import annotations

from datetime import timedelta

from onthedot.scheduling.task import Task, TaskStatus
from onthedot.service.overview.overview import TaskTotals
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.sorting import TaskOrder
from onthedot.ui.bulk.actions import DELETED_TASKS, TASKS, Subject
from onthedot.ui.bulk.selection import MOST
from onthedot.ui.components.markup import box, text
from onthedot.ui.components.tables.tables import TaskTable
from onthedot.ui.files.copy_as import show_as_text
from onthedot.ui.files.export import add_task_export
from onthedot.ui.files.import_tasks import add_import
from onthedot.ui.list_reads import TaskRows, TaskRowsReader, cursor_of_tasks, ids_of_tasks
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.filter_bar import FilterBar
from onthedot.ui.pages.list_address import ListAddress
from onthedot.ui.pages.list_page import ListPage
from onthedot.ui.pages.task.actions import ask_delete, ask_pause, restore, resume, run_now
from onthedot.ui.pages.tasks.rows_shown import (
    KNOWN,
    ORDERS,
    STATUSES,
    chosen_filter,
    no_tasks,
    unread,
)
from onthedot.ui.rows import KINDS, task_row
from onthedot.ui.watches import Live, Seen


def tasks_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    _TasksPage(context, query).build()


_EVERY = timedelta(seconds=2)

#: Counting all tasks costs as much as reading ten pages.
_TOTALS_EVERY = timedelta(seconds=10)

#: A sorted list is sorted anew from all matching tasks each time.
_SORTED_EVERY = timedelta(seconds=20)


class _TasksPage(ListPage):
    def __init__(self, context: PageContext, query: dict[str, str]) -> None:
        super().__init__(context, ListAddress("/tasks", query, KNOWN))
        self._tasks: dict[str, Task] = {}

    def build(self) -> None:
        with box("head"):
            with box("titles"):
                text("Tasks", tag="h1")
                self._summary = text(" ", "sub", tag="p")
                self._unread = text("", "sub", tag="p")
            with box("actions"):
                add_import(self._context)
                add_task_export(self._context, self._which)
        bar = FilterBar(self._context, self._address, self._filtered)
        bar.add_search("Words of name, id, tags, target…")
        bar.add_choice("kind", "Any kind", KINDS)
        bar.add_choice("status", "Any status", STATUSES)
        bar.add_tags()
        bar.add_choice("sort", "Order", ORDERS, "narrow-only", none="Newest first")
        bar.add_end()
        self._build_rows(self._subject, ("Back", "Next"))
        self._context.live(
            "all tasks", self._context.site.overview.tasks, self._summarise, every=_TOTALS_EVERY
        )

    def _filtered(self) -> None:
        self._selection.offer(self._subject)
        super()._filtered()

    @property
    def _subject(self) -> Subject:
        return DELETED_TASKS if self._address["status"] == TaskStatus.DELETED.value else TASKS

    def _sort(self, order: str) -> None:
        if self._address.set("sort", "" if order == self._address["sort"] else order):
            self._filtered()

    def _which(self) -> TaskFilter:
        return chosen_filter(self._address)

    def _follow(self, page: int, cursors: dict[int, str | None]) -> Live[TaskRows]:
        which = self._which()
        order = TaskOrder(self._address["sort"]) if self._address["sort"] else None
        temporal, counts = self._context.site.temporal, self._context.site.counts
        reader: list[TaskRowsReader] = []

        async def read() -> TaskRows:
            if page not in cursors:
                cursors[page] = await cursor_of_tasks(temporal, counts, which, order, page)
            if not reader:
                reader.append(TaskRowsReader(temporal, counts, which, order, cursors[page]))
            return await reader[0].read()

        key = ("tasks", which, order, page, cursors.get(page))
        every = _SORTED_EVERY if order else _EVERY
        return self._context.live(key, read, self._show, every=every)

    def _summarise(self, seen: Seen[TaskTotals | None]) -> None:
        if seen.value is not None:
            paused = f" · {seen.value.paused:,} paused" if seen.value.paused else ""
            self._summary.text = f"{TASKS.counted(seen.value.total)}{paused}"

    def _show(self, seen: Seen[TaskRows]) -> None:
        shown = seen.value
        if shown is None:
            self._say_unread(seen.error)
            return
        self._tasks = {task.id: task for task in shown.page.items}
        self._unread.text = unread(shown.page.unread)
        if not shown.page.items:
            self._say(no_tasks(self._context, self._address))
            return
        table = self._table
        if not isinstance(table, TaskTable):
            self._place.clear()
            with self._place:
                table = TaskTable(
                    choose=lambda ids, on: self._selection.mark(ids, on=on),
                    act=self._act,
                    sort=self._sort,
                    why_not={
                        "run": self._context.why_not("run_task"),
                        "pause": self._context.why_not("pause_task"),
                        "resume": self._context.why_not("resume_task"),
                        "edit": self._context.why_not("replace_task"),
                        "delete": self._context.why_not("delete_task"),
                        "restore": self._context.why_not("restore_task"),
                    },
                )
        rows = [task_row(task, shown.runs.get(task.id, [])) for task in shown.page.items]
        self._selection.show(list(self._tasks), shown.count or len(self._tasks))
        table.show(rows, self._selection.here, sort=self._address["sort"])
        self._show_rows(table, shown.page, shown.count)

    async def _all_ids(self) -> list[str]:
        return await ids_of_tasks(self._context.temporal, self._which(), MOST + 1)

    async def _act(self, name: str, task_id: str) -> None:
        task = self._tasks.get(task_id)
        if task is None:
            return
        if name == "run":
            await run_now(self._context, task.id, task.name)
        elif name == "pause":
            await ask_pause(self._context, task)
        elif name == "text":
            await show_as_text(self._context, task.id)
        elif name == "resume":
            await resume(self._context, task)
        elif name == "restore":
            await restore(self._context, task)
        elif name == "delete":
            ask_delete(self._context, task)
