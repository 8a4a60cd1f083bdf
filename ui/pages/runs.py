"""The execution log: live, filtered by its address, and exportable."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.service.runs.listing import RunFilter
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.ui.bulk.choice import MOST, Choice
from onthedot.ui.bulk.kinds import RUNS
from onthedot.ui.components.markup import box, empty, link, skeleton, text
from onthedot.ui.components.tables.tables import Pager, RunTable
from onthedot.ui.files.export import add_run_export
from onthedot.ui.list_reads import ROWS, NoSuchPage, RunRows, cursor_of_runs, ids_of_runs, run_rows
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.filter_bar import FilterBar
from onthedot.ui.pages.list_address import Known, ListAddress
from onthedot.ui.rows import CAUSES, KINDS, RUN_WORDS, run_row
from onthedot.ui.watches import Live, Seen
from onthedot.ui.wording.errors import is_away, plainly

AWAY = "Temporal cannot be reached"
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
    "since": lambda given: _instant(given) is not None,
    "until": lambda given: _instant(given) is not None,
    "task": None,
    "kind": KINDS,
    "error": None,
    "failure": None,
}


def runs_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    _RunsPage(context, query).build()


class _RunsPage:
    def __init__(self, context: PageContext, query: dict[str, str]) -> None:
        self._context = context
        self._address = ListAddress("/runs", query, _KNOWN)
        self._live: Live[RunRows] | None = None
        self._table: RunTable | None = None
        self._said = ""

    def build(self) -> None:
        with box("head"):
            with box("titles"):
                text("Runs", tag="h1")
                one = "Those that failed for one cause" if self._address["failure"] else ""
                self._summary = text(one or "Live, newest first", "sub", tag="p")
            with box("actions"):
                add_run_export(self._context, self._which)
        bar = FilterBar(self._context, self._address, "/runs", self._filtered)
        bar.add_search("Search by words", "Words of a task's name, id, tags…")
        words = {status.value: word for status, word in RUN_WORDS.items()}
        bar.add_choice("status", "Any status", words)
        causes = {cause.value: word.capitalize() for cause, word in CAUSES.items()}
        bar.add_choice("cause", "Any cause", causes)
        bar.add_tags()
        between = "Between two times" if self._address["since"] or self._address["until"] else ""
        bar.add_choice("span", "Any time", SPANS, none=between)
        bar.add_end(task="Task", kind="Kind", error="Error", failure="Cause of failure")
        self._choice = Choice(self._context, RUNS, self._all_ids, self._chosen)
        self._place = box()
        with self._place:
            skeleton(430)
        self._pager = Pager(ROWS, self._turned, ("Newer", "Older"))
        self._watch()

    def _chosen(self) -> None:
        if self._table is not None:
            self._table.props["chosen"] = self._choice.here

    async def _all_ids(self) -> list[str]:
        return await ids_of_runs(self._context.temporal, self._which(), MOST + 1)

    def _filtered(self) -> None:
        if self._address["span"] and self._address["since"] + self._address["until"]:
            self._address.set("since", "")
            self._address.set("until", "")
        self._choice.clear()
        self._context.memory.pop(self._address.first_page, None)
        self._pager.clear()
        self._watch()

    def _turned(self, page: int) -> None:
        self._address.page = page
        self._watch()
        self._context.script("scrollTo({top: 0})")

    def _which(self) -> RunFilter:
        asked = self._address
        span = _LENGTHS.get(asked["span"])
        since = _instant(asked["since"])
        return RunFilter(
            task_id=asked["task"] or None,
            status=RunStatus(asked["status"]) if asked["status"] else None,
            cause=RunCause(asked["cause"]) if asked["cause"] else None,
            error=asked["error"] or None,
            failure=asked["failure"] or None,
            tasks=TaskFilter(kind=asked["kind"] or None, tags=asked.tags, q=asked["q"] or None),
            since=self._context.site.temporal.now() - span if span else since,
            until=_instant(asked["until"]),
        )

    def _often(self) -> timedelta:
        if self._address["status"] == RunStatus.SKIPPED:
            # Reads ledgers.
            return timedelta(seconds=30)
        # Only the first page updates itself, less often if it looks through many runs.
        if self._which().looks_through:
            return timedelta(seconds=5)
        return timedelta(seconds=1 if self._address.page == 1 else 5)

    def _walk(self) -> dict[int, str | None]:
        return self._context.memory.setdefault(self._address.first_page, {1: None})

    def _watch(self) -> None:
        if self._live is not None:
            self._live.delete()
            self._context.script(f"otd.address({json.dumps(str(self._address))})")
        if unknown := self._address.unknown():
            self._say("search", unknown, "", link_to=("Show all runs", "/runs"))
            return
        which, page, walk = self._which(), self._address.page, self._walk()
        temporal = self._context.site.temporal

        async def read() -> RunRows:
            if page not in walk:
                walk[page] = await cursor_of_runs(temporal, which, page)
            return await run_rows(temporal, which, walk[page])

        with self._place.parent_slot or self._place:
            self._live = self._context.live(
                ("runs", which, page, walk.get(page)), read, self._show, every=self._often()
            )

    def _show(self, seen: Seen[RunRows]) -> None:
        shown = seen.value
        if shown is None:
            if is_away(seen.error):
                self._say("triangle-alert", AWAY, "The log appears when it is back.")
            elif seen.error is not None:
                short = isinstance(seen.error, NoSuchPage)
                way = ("First page", self._address.first_page) if short else ("Show all", "/runs")
                self._say("search", plainly(seen.error), "", link_to=way)
            return
        if not shown.page.items:
            if self._address.is_filtered:
                self._say("search", "No run matches", "Choose another status, time or task.")
            else:
                self._say(
                    "history",
                    "Nothing has run yet",
                    "Each run of a task shows here.",
                    link_to=("To the tasks", "/tasks"),
                )
            return
        if self._table is None:
            self._place.clear()
            with self._place:
                self._table = RunTable("Runs", choose=lambda ids, on: self._choice.mark(ids, on=on))
        self._said = ""
        count = len(shown.page.items) if shown.count is None else shown.count
        self._choice.show([run.id for run in shown.page.items], count)
        self._table.show([run_row(run) for run in shown.page.items], self._choice.here)
        more, page = shown.page.next_cursor, self._address.page
        if more:
            self._walk().setdefault(page + 1, more)
        self._pager.show(page, len(shown.page.items), shown.count, more=bool(more))

    def _say(
        self, icon: str, title: str, words: str, *, link_to: tuple[str, str] | None = None
    ) -> None:
        if self._said == title:
            return
        self._said, self._table = title, None
        self._pager.clear()
        self._place.clear()
        with self._place, box("card"), empty(icon, title, words):
            if link_to is not None:
                link(*link_to, "btn")


def _instant(given: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(given) if given else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
