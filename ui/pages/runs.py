"""The execution log: live, filtered by what stands in the address, to take away."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from urllib.parse import urlencode

from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.service.runs.listing import RunFilter
from onthedot.service.tasks.filter import TaskFilter
from onthedot.ui.bulk.choice import MOST, Choice
from onthedot.ui.bulk.kinds import RUNS
from onthedot.ui.components.fields import ChoiceField, TextField
from onthedot.ui.components.markup import box, button, empty, link, named, skeleton, text
from onthedot.ui.components.pager import Pager
from onthedot.ui.components.small import Icon
from onthedot.ui.components.tables import RunTable
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.export import add_export
from onthedot.ui.reads import ROWS, RunRows, ids_of_runs, run_rows
from onthedot.ui.rows import CAUSES, RUN_WORDS, run_row
from onthedot.ui.watches import Live, Seen

AWAY = "Temporal cannot be reached"
SPANS = {
    "": "Any time",
    "1h": "Last hour",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
}
_LENGTHS = {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7)}
_KEYS = ("task", "status", "cause", "tag", "q", "span", "since", "until")


def runs_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    _RunsPage(context, query).build()


class _RunsPage:
    def __init__(self, context: PageContext, query: dict[str, str]) -> None:
        self._context = context
        self._query = {key: query.get(key, "") for key in _KEYS}
        self._live: Live[RunRows] | None = None
        self._table: RunTable | None = None
        self._said = ""

    def build(self) -> None:
        with box("head"):
            with box("titles"):
                text("Runs", tag="h1")
                self._summary = text("Live, newest first", "sub", tag="p")
            with box("actions"):
                add_export(self._context, self._which)
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
                "Any cause",
                {"": "Any cause", **{c.value: w.capitalize() for c, w in CAUSES.items()}},
                self._query["cause"],
                plain=True,
                on_change=lambda event: self._filter("cause", event.value),
            )
            tag = TextField(
                "Tag",
                self._query["tag"],
                placeholder="Tag, or several",
                on_change=lambda event: self._filter("tag", event.value.strip()),
            ).classes("short")
            named(tag, hideLabel=True)
            ChoiceField(
                "Any time",
                SPANS if not self._query["since"] else {**SPANS, "": "Between two times"},
                self._query["span"],
                plain=True,
                on_change=lambda event: self._filter("span", event.value),
            )
            with box("end"):
                self._clear = button("Clear", lambda: self._context.go("/runs"), "ghost", icon="x")
                self._clear.set_visibility(any(self._query.values()))
        self._choice = Choice(self._context, RUNS, self._all_ids, self._chosen)
        self._place = box()
        with self._place:
            skeleton(430)
        self._pager = Pager(ROWS, [None], 1, self._turned, ("Newer", "Older"))
        self._watch()

    def _chosen(self) -> None:
        if self._table is not None:
            self._table.props["chosen"] = self._choice.here

    async def _all_ids(self) -> list[str]:
        return await ids_of_runs(self._context.temporal, self._which(), MOST + 1)

    def _filter(self, key: str, value: str) -> None:
        if self._query[key] == value:
            return
        self._query[key] = value
        self._choice.clear()
        if key == "span":
            self._query["since"] = self._query["until"] = ""
        self._pager.restart([None])
        self._clear.set_visibility(any(self._query.values()))
        self._watch()

    def _which(self) -> RunFilter:
        status, cause = self._query["status"], self._query["cause"]
        tags = tuple(self._query["tag"].replace(",", " ").split())
        span = _LENGTHS.get(self._query["span"])
        since = _instant(self._query["since"])
        return RunFilter(
            task_id=self._query["task"] or None,
            status=RunStatus(status) if status in set(RunStatus) else None,
            cause=RunCause(cause) if cause in set(RunCause) else None,
            tasks=TaskFilter(tags=tags, q=self._query["q"] or None),
            since=self._context.site.temporal.now() - span if span else since,
            until=_instant(self._query["until"]),
        )

    def _often(self) -> timedelta:
        if self._query["status"] == RunStatus.SKIPPED:
            # Ledgers are read for it.
            return timedelta(seconds=30)
        return timedelta(seconds=1 if self._pager.cursor is None else 5)

    def _unknown(self) -> str:
        """What is in the address and means nothing here."""
        known = {"status": set(map(str, RunStatus)), "cause": set(map(str, RunCause))}
        return next(
            (
                f"There is no {key} “{self._query[key]}”"
                for key, values in known.items()
                if self._query[key] and self._query[key] not in values
            ),
            "",
        )

    def _watch(self) -> None:
        given = {key: value for key, value in self._query.items() if value}
        address = f"/runs?{urlencode(given)}" if given else "/runs"
        if self._live is not None:
            self._context.script(f"otd.address({json.dumps(address)})")
            self._live.delete()
        if unknown := self._unknown():
            self._say("search", unknown, "Choose another.")
            return
        which, cursor = self._which(), self._pager.cursor
        with self._place.parent_slot or self._place:
            self._live = self._context.live(
                ("runs", which, cursor),
                lambda: run_rows(self._context.site.temporal, which, cursor),
                self._show,
                # Only the first page changes by itself.
                every=self._often(),
            )

    def _show(self, seen: Seen[RunRows]) -> None:
        shown = seen.value
        if shown is None:
            if seen.error is not None:
                self._say("triangle-alert", AWAY, "The log appears when it is back.")
            return
        if not shown.page.items:
            if any(self._query.values()):
                self._say("search", "No run matches", "Choose another status, time or task.")
            else:
                self._say("history", "Nothing has run yet", "Each run of a task shows here.")
            return
        if self._table is None:
            self._place.clear()
            with self._place:
                self._table = RunTable("Runs", choose=lambda ids, on: self._choice.mark(ids, on=on))
        self._said = ""
        self._choice.show([run.id for run in shown.page.items], shown.count)
        self._table.show([run_row(run) for run in shown.page.items], self._choice.here)
        self._pager.show(len(shown.page.items), shown.count, shown.page.next_cursor)

    def _say(self, icon: str, title: str, words: str) -> None:
        if self._said == title:
            return
        self._said, self._table = title, None
        self._pager.clear()
        self._place.clear()
        with self._place, box("card"), empty(icon, title, words):
            if title != AWAY:
                link("To the tasks", "/tasks", "btn")

    def _turned(self) -> None:
        self._watch()
        self._context.script("scrollTo({top: 0})")


def _instant(given: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(given) if given else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
