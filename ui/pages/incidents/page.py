"""What went wrong in the last hour, night or day: by cause, with what to do about it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from nicegui.element import Element

from onthedot.scheduling.incidents.incident import Incidents
from onthedot.service.overview import health
from onthedot.ui.components.fields.choices import Segments
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box, card, empty, named, skeleton, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.incidents.failures import show_failures
from onthedot.ui.pages.incidents.not_on_time import show_late, show_missed
from onthedot.ui.pages.incidents.workers import show_workers
from onthedot.ui.watches import Live, Seen
from onthedot.ui.wording.errors import nothing_to_show

SPANS = {"hour": "Last hour", "night": "Night", "day": "Last 24 hours", "week": "Last 7 days"}
_LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
_DEFAULT = "day"

#: When a night begins, on the reader's clock.
_EVENING = timedelta(hours=20)

_EVERY = timedelta(seconds=10)


def incidents_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    _IncidentsPage(context, query).build()


def begins(span: str, now: datetime, zone: str) -> datetime:
    """Since when a span of `SPANS` is; the night is the reader's last one, or the present one."""
    if span != "night":
        return now - _LENGTHS.get(span, _LENGTHS[_DEFAULT])
    local = now.astimezone(ZoneInfo(zone) if zone else UTC)
    evening = local.replace(hour=0, minute=0, second=0, microsecond=0) + _EVENING
    return (evening if evening <= local else evening - timedelta(days=1)).astimezone(UTC)


class _IncidentsPage:
    def __init__(self, context: PageContext, query: dict[str, str]) -> None:
        self._context = context
        span = query.get("span", "")
        self._span = span if span in SPANS else _DEFAULT
        self._tag = query.get("tag", "")
        self._live: Live[Incidents] | None = None
        self._shown: Incidents | None = None
        self._said = ""

    @property
    def _tags(self) -> tuple[str, ...]:
        return tuple(self._tag.replace(",", " ").split())

    def build(self) -> None:
        with box("head"):
            with box("titles"):
                text("Incidents", tag="h1")
                with box("sub", "p"):
                    text("What went wrong, by when it was due, since ")
                    self._since = When(None, "near")
            with box("actions"):
                Segments(
                    "Span",
                    [(key, label, "") for key, label in SPANS.items()],
                    self._span,
                    small=True,
                    on_change=lambda event: self._choose(event.value, self._tag),
                )
        with named(box("bar"), role="search"), box("search"):
            Icon("tag")
            tag = TextField(
                "Tag of the tasks",
                self._tag,
                placeholder="Tag, or several",
                on_change=lambda event: self._choose(self._span, event.value.strip()),
            )
            named(tag, hideLabel=True, searching=True)
        self._workers = box()
        self._place: Element = box("stack")
        with self._place:
            skeleton(220)
        self._context.live(
            "health",
            lambda: health.check(self._context.site.temporal),
            lambda seen: show_workers(self._workers, seen.value),
            every=timedelta(seconds=3),
        )
        self._watch()

    def _choose(self, span: str, tag: str) -> None:
        if (span, tag) == (self._span, self._tag):
            return
        self._span, self._tag = span, tag
        given = {"span": "" if span == _DEFAULT else span, "tag": tag}
        query = urlencode({key: value for key, value in given.items() if value})
        address = f"/incidents?{query}" if query else "/incidents"
        self._context.script(f"otd.address({json.dumps(address)})")
        if self._live is not None:
            self._live.delete()
        self._watch()

    def _watch(self) -> None:
        site, span, zone = self._context.site, self._span, self._context.zone
        tags = self._tags

        async def read() -> Incidents:
            since = begins(span, site.temporal.now(), zone)
            return await site.incidents.read(since, tags=tags)

        with self._place.parent_slot or self._place:
            key = ("incidents", span, tags, zone)
            self._live = self._context.live(key, read, self._show, every=_EVERY)

    def _show(self, seen: Seen[Incidents]) -> None:
        found = seen.value
        if found is None:
            if seen.error is not None:
                self._say("triangle-alert", *nothing_to_show(seen.error, "What went wrong"))
            return
        self._since.props["at"] = f"{found.since:%Y-%m-%dT%H:%M:%SZ}"
        same = self._shown is not None and _without_span(self._shown) == _without_span(found)
        self._shown = found
        if same and not self._said:
            return
        if not found.any:
            words = "Every run that was due began in time and succeeded."
            if not found.complete:
                words = "Nothing so far; part of this period has not been checked yet."
            self._say("check", "Nothing went wrong", words)
            return
        self._said = ""
        self._place.clear()
        with self._place:
            if found.failures:
                show_failures(self._context, found.failures, self._tags)
            if found.did_not_run:
                show_missed(self._context, found, self._tags)
            if found.late:
                show_late(found.late)
            if not found.complete:
                with box("row one-line muted small"):
                    Icon("info")
                    text("There may be more: part of this period was not checked or is not listed.")

    def _say(self, icon: str, title: str, words: str) -> None:
        if self._said == title + words:
            return
        self._said = title + words
        self._place.clear()
        with self._place, card(body=False):
            empty(icon, title, words)


def _without_span(found: Incidents) -> Incidents:
    return found.model_copy(update={"since": None, "until": None})
