"""The execution log to take away: what is filtered, as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence

from nicegui import ui

from onthedot.scheduling.run import ShortRun
from onthedot.service.runs.listing import RunFilter
from onthedot.ui.components.markup import button
from onthedot.ui.page_context import PageContext

#: The most runs in one file; a message says where there are more.
MOST = 20_000
_PAGE = 500
_COLUMNS = (
    "id", "task_id", "status", "scheduled_for", "started_at", "finished_at", "lateness", "attempts",
    "cause",
)  # fmt: skip


def add_export(context: PageContext, which: Callable[[], RunFilter]) -> None:
    """Two buttons that save what `which` lets through."""

    async def save(name: str, write: Callable[[Sequence[ShortRun]], str], kind: str) -> None:
        runs = await context.tried(_all(context, which()))
        if runs is None:
            return
        ui.download(write(runs).encode(), f"runs.{name}", kind)
        more = f" There are more: only the newest {MOST:,} are in it." if len(runs) == MOST else ""
        context.toasts.say(f"Saved {len(runs):,} runs as {name.upper()}.{more}")

    button("CSV", lambda: save("csv", as_csv, "text/csv"), icon="download", aria="Export as CSV")
    button(
        "JSON", lambda: save("json", as_json, "application/json"), icon="download",
        aria="Export as JSON",
    )  # fmt: skip


def as_csv(runs: Sequence[ShortRun]) -> str:
    """One run a line. A cell that a spreadsheet would run as a formula is made a plain text."""
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
    """As REST answers them."""
    return json.dumps([run.model_dump(mode="json") for run in runs], indent=2, ensure_ascii=False)


def _plain(cell: object) -> object:
    text = "" if cell is None else cell
    if isinstance(text, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{text}"
    return text


async def _all(context: PageContext, which: RunFilter) -> list[ShortRun]:
    found: list[ShortRun] = []
    cursor: str | None = None
    while len(found) < MOST:
        page = await context.run_list.page(which, limit=_PAGE, cursor=cursor)
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found[:MOST]
