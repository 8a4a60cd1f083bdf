"""The execution log: live, filtered by its address, and exportable."""

from __future__ import annotations

from datetime import timedelta

from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.service.runs.listing import RunFilter
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.ui.bulk.actions import RUNS
from onthedot.ui.bulk.selection import MOST
from onthedot.ui.components.markup import box, link, text
from onthedot.ui.components.tables.tables import RunTable
from onthedot.ui.files.export import add_run_export
from onthedot.ui.list_reads import RunRows, cursor_of_runs, ids_of_runs, run_rows
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.filter_bar import FilterBar
from onthedot.ui.pages.list_address import Known, ListAddress
from onthedot.ui.pages.list_page import EmptyState, ListPage
from onthedot.ui.rows import CAUSES, KINDS, RUN_WORDS, run_row
from onthedot.ui.watches import Live, Seen
from onthedot.ui.wording.values import instant_or_none

SPANS = {
    "1h": "Last hour",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
}
_LENGTHS = {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7)}
_KNOWN: dict[str, Known] = {
    "q": None,
    "status": set(RunStatus),
    "cause": set(RunCause),
    "tag": None,
    "span": SPANS,
    "since": lambda given: instant_or_none(given) is not None,
    "until": lambda given: instant_or_none(given) is not None,
    "task": None,
    "kind": KINDS,
    "error": None,
    "failure": None,
}

_NO_MATCH = EmptyState("search", "No run matches", "Choose another status, time or task.")
_NO_RUN = EmptyState(
    "history",
    "Nothing has run yet",
    "Each run of a task shows here.",
    (lambda: link("To the tasks", "/tasks", "btn"),),
)


def runs_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    _RunsPage(context, query).build()


class _RunsPage(ListPage):
    def __init__(self, context: PageContext, query: dict[str, str]) -> None:
        super().__init__(context, ListAddress("/runs", query, _KNOWN))

    def build(self) -> None:
        with box("head"):
            with box("titles"):
                text("Runs", tag="h1")
                one = "Those that failed for one cause" if self._address["failure"] else ""
                text(one or "Live, newest first", "sub", tag="p")
            with box("actions"):
                add_run_export(self._context, self._which)
        bar = FilterBar(self._context, self._address, self._filtered)
        bar.add_search("Words of a task's name, id, tags…")
        words = {status.value: word for status, word in RUN_WORDS.items()}
        bar.add_choice("status", "Any status", words)
        causes = {cause.value: word.capitalize() for cause, word in CAUSES.items()}
        bar.add_choice("cause", "Any cause", causes)
        bar.add_tags()
        between = "Between two times" if self._address["since"] or self._address["until"] else ""
        bar.add_choice("span", "Any time", SPANS, none=between)
        bar.add_end(task="Task", kind="Kind", error="Error", failure="Cause of failure")
        self._build_rows(RUNS, ("Newer", "Older"))

    async def _all_ids(self) -> list[str]:
        return await ids_of_runs(self._context.temporal, self._which(), MOST + 1)

    def _filtered(self) -> None:
        if self._address["span"] and self._address["since"] + self._address["until"]:
            self._address.set("since", "")
            self._address.set("until", "")
        super()._filtered()

    def _which(self) -> RunFilter:
        asked = self._address
        span = _LENGTHS.get(asked["span"])
        since = instant_or_none(asked["since"])
        return RunFilter(
            task_id=asked["task"] or None,
            status=RunStatus(asked["status"]) if asked["status"] else None,
            cause=RunCause(asked["cause"]) if asked["cause"] else None,
            error=asked["error"] or None,
            failure=asked["failure"] or None,
            tasks=TaskFilter(kind=asked["kind"] or None, tags=asked.tags, q=asked["q"] or None),
            since=self._context.site.temporal.now() - span if span else since,
            until=instant_or_none(asked["until"]),
        )

    def _often(self) -> timedelta:
        if self._address["status"] == RunStatus.SKIPPED:
            # Reads ledgers.
            return timedelta(seconds=30)
        # Only the first page updates itself, less often if it looks through many runs.
        if self._which().looks_through:
            return timedelta(seconds=5)
        return timedelta(seconds=1 if self._address.page == 1 else 5)

    def _follow(self, page: int, cursors: dict[int, str | None]) -> Live[RunRows]:
        which, temporal = self._which(), self._context.site.temporal

        async def read() -> RunRows:
            if page not in cursors:
                cursors[page] = await cursor_of_runs(temporal, which, page)
            return await run_rows(temporal, which, cursors[page])

        key = ("runs", which, page, cursors.get(page))
        return self._context.live(key, read, self._show, every=self._often())

    def _show(self, seen: Seen[RunRows]) -> None:
        shown = seen.value
        if shown is None:
            self._say_unread(seen.error)
            return
        if not shown.page.items:
            self._say(_NO_MATCH if self._address.is_filtered else _NO_RUN)
            return
        table = self._table
        if not isinstance(table, RunTable):
            self._place.clear()
            with self._place:
                table = RunTable("Runs", choose=lambda ids, on: self._selection.mark(ids, on=on))
        count = len(shown.page.items) if shown.count is None else shown.count
        self._selection.show([run.id for run in shown.page.items], count)
        table.show([run_row(run) for run in shown.page.items], self._selection.here)
        self._show_rows(table, shown.page, shown.count)
