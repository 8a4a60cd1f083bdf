"""What went wrong in the last hour, night, day or week, by cause, with actions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from nicegui.element import Element
from nicegui.slot import Slot

from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.incidents.incident import Incidents, LostInstants
from onthedot.service.overview import health
from onthedot.ui.components.fields.choices import Segments
from onthedot.ui.components.markup import box, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.filter_bar import tag_bar
from onthedot.ui.pages.incidents.sections import Sections, show_workers
from onthedot.ui.watches import Live, Seen
from onthedot.ui.wording.errors import nothing_to_show

SPANS = {"hour": "Last hour", "night": "Night", "day": "Last 24 hours", "week": "Last 7 days"}
_LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
_DEFAULT = "day"

#: When the night begins, in the reader's zone.
_EVENING = timedelta(hours=20)

_EVERY = timedelta(seconds=10)


def incidents_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    _IncidentsPage(context, query).build()


def begins(span: str, now: datetime, zone: str) -> datetime:
    """The beginning of one of `SPANS`; the night is the reader's current or last one."""
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
        self._lives: list[Live[Any]] = []

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
        tag_bar(self._tag, "Tag, or several", lambda tag: self._choose(self._span, tag))
        self._workers = box()
        self._place = box("stack")
        with self._place:
            self._sections = Sections(self._context)
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
        for live in self._lives:
            live.delete()
        self._watch()

    def _watch(self) -> None:
        site, span, zone, tags = self._context.site, self._span, self._context.zone, self._tags
        self._known: Incidents | None = None
        self._lost: LostInstants | None = None

        async def read() -> Incidents:
            return await site.incidents.that_ran(begins(span, site.temporal.now(), zone), tags=tags)

        with self._parent:
            key = ("incidents", span, tags, zone)
            self._lives = [self._context.live(key, read, self._show_known, every=_EVERY)]
        if self._known is None and span == _DEFAULT and not tags and site.incidents.at_hand:
            # What the server read a moment ago shows immediately, and is reread meanwhile.
            self._show_known(Seen(site.incidents.at_hand))

    def _watch_lost(self) -> None:
        """Also look for instants without a run, once the rest is shown, which it would delay."""
        site, span, zone, tags = self._context.site, self._span, self._context.zone, self._tags

        async def read() -> LostInstants:
            since = begins(span, site.temporal.now(), zone)
            return await site.incidents.without_a_run(since, tags=tags)

        with self._parent:
            key = ("lost instants", span, tags, zone)
            self._lives.append(self._context.live(key, read, self._show_lost, every=_EVERY))

    @property
    def _parent(self) -> Slot | Element:
        return self._place.parent_slot or self._place

    def _show_known(self, seen: Seen[Incidents]) -> None:
        if seen.value is None:
            if seen.error is not None:
                self._say_missing(seen.error)
            return
        first, self._known = self._known is None, seen.value
        self._since.props["at"] = f"{self._known.since:%Y-%m-%dT%H:%M:%SZ}"
        self._sections.show(self._known, self._lost, self._tags)
        if first:
            self._watch_lost()

    def _show_lost(self, seen: Seen[LostInstants]) -> None:
        if seen.value is not None:
            self._lost = seen.value
        elif seen.error is not None:
            # The rest is useful without it.
            self._lost = LostInstants(instants=(), complete=False)
        if self._known is not None and self._lost is not None:
            self._sections.show(self._known, self._lost, self._tags)

    def _say_missing(self, error: OnTheDotError) -> None:
        self._sections.say("triangle-alert", *nothing_to_show(error, "What went wrong"))
