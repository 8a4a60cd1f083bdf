"""Exports the filtered tasks as a file for an import or `onthedot apply`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nicegui import ui

from onthedot.scheduling.task import Task
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.ui.components.markup import button
from onthedot.ui.files.formats import tasks_json, tasks_yaml
from onthedot.ui.files.reads import whole_tasks
from onthedot.ui.page_context import PageContext

#: The most tasks in one file.
MOST = 10_000


def add_task_export(context: PageContext, which: Callable[[], TaskFilter]) -> None:
    """Two buttons that save the tasks that match `which`."""

    async def save(name: str, write: Callable[[Sequence[Task]], str], kind: str) -> None:
        tasks = await context.tried(whole_tasks(context.temporal, which(), MOST))
        if tasks is None:
            return
        ui.download(write(tasks).encode(), f"tasks.{name}", kind)
        more = f" There are more: only the newest {MOST:,} are in it." if len(tasks) == MOST else ""
        context.toasts.say(f"Saved {len(tasks):,} tasks as {name.upper()}.{more}")

    button(
        "YAML",
        lambda: save("yaml", tasks_yaml, "application/yaml"),
        icon="download",
        aria="Export as YAML",
    )
    button(
        "JSON",
        lambda: save("json", tasks_json, "application/json"),
        icon="download",
        aria="Export as JSON",
    )
