"""Exports the tasks or runs that match a filter as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from nicegui import ui

from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.task import Task
from onthedot.service.runs.listing import RunFilter
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.ui.components.markup import button
from onthedot.ui.files.formats import tasks_json, tasks_yaml
from onthedot.ui.files.reads import whole_tasks
from onthedot.ui.page_context import PageContext

Item = TypeVar("Item")

#: The most in one file; if there are more, a message says so.
_MOST_TASKS = 10_000
_MOST_RUNS = 20_000
_PAGE = 500
_TYPES = {"csv": "text/csv", "json": "application/json", "yaml": "application/yaml"}
_COLUMNS = (
    "id", "task_id", "status", "scheduled_for", "started_at", "finished_at", "lateness", "attempts",
    "cause",
)  # fmt: skip


def add_task_export(context: PageContext, which: Callable[[], TaskFilter]) -> None:
    """Two buttons that save the tasks that match `which`, for an import or `onthedot apply`."""

    async def read() -> Sequence[Task]:
        return await whole_tasks(context.temporal, which(), _MOST_TASKS)

    _add_export(context, "tasks", read, _MOST_TASKS, {"yaml": tasks_yaml, "json": tasks_json})


def add_run_export(context: PageContext, which: Callable[[], RunFilter]) -> None:
    """Two buttons that save the runs that match `which`."""

    async def read() -> Sequence[ShortRun]:
        return await _runs(context, which())

    _add_export(context, "runs", read, _MOST_RUNS, {"csv": as_csv, "json": as_json})


def _add_export(
    context: PageContext,
    what: str,
    read: Callable[[], Awaitable[Sequence[Item]]],
    most: int,
    forms: Mapping[str, Callable[[Sequence[Item]], str]],
) -> None:
    async def save(form: str) -> None:
        found = await context.tried(read())
        if found is None:
            return
        ui.download(forms[form](found).encode(), f"{what}.{form}", _TYPES[form])
        more = f" There are more: only the newest {most:,} are in it." if len(found) == most else ""
        context.toasts.say(f"Saved {len(found):,} {what} as {form.upper()}.{more}")

    for form in forms:
        name = form.upper()
        button(name, partial(save, form), icon="download", aria=f"Export as {name}")


def as_csv(runs: Sequence[ShortRun]) -> str:
    """One run per line. A cell that a spreadsheet would run as a formula becomes plain text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*_COLUMNS, "error_type", "error_message"])
    for run in runs:
        fields = run.model_dump(mode="json")
        error = run.error
        cells = [fields[column] for column in _COLUMNS]
        cells += [error.type, error.message] if error else ["", ""]
        writer.writerow([_plain(cell) for cell in cells])
    return out.getvalue()


def as_json(runs: Sequence[ShortRun]) -> str:
    """The runs as REST returns them."""
    return json.dumps([run.model_dump(mode="json") for run in runs], indent=2, ensure_ascii=False)


def _plain(cell: object) -> object:
    text = "" if cell is None else cell
    if isinstance(text, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{text}"
    return text


async def _runs(context: PageContext, which: RunFilter) -> list[ShortRun]:
    found: list[ShortRun] = []
    cursor: str | None = None
    while len(found) < _MOST_RUNS:
        page = await context.run_list.page(which, limit=_PAGE, cursor=cursor)
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found[:_MOST_RUNS]
