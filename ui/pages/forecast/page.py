"""The forecast: starts by step, the busiest instants, and ways to spread them."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from onthedot.scheduling.forecast.report import BusyInstant, Forecast
from onthedot.ui.components.fields.choices import Segments
from onthedot.ui.components.markup import box, card, empty, link, skeleton, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.filter_bar import tag_bar
from onthedot.ui.pages.forecast.chart import chart, show_heat
from onthedot.ui.pages.forecast.influences import ForecastView, show_influences, view_of
from onthedot.ui.pages.forecast.spreading import show_ways
from onthedot.ui.watches import Live, Seen
from onthedot.ui.wording.errors import nothing_to_show
from onthedot.ui.wording.values import counted, instant_or_none, precise

SPANS = {
    "2h": ("Next 2 hours", timedelta(hours=2), timedelta(minutes=1)),
    "6h": ("6 hours", timedelta(hours=6), timedelta(minutes=1)),
    "24h": ("24 hours", timedelta(hours=24), timedelta(minutes=5)),
    "7d": ("7 days", timedelta(days=7), timedelta(hours=1)),
    "90d": ("90 days", timedelta(days=90), timedelta(hours=1)),
}
_DEFAULT = "24h"
_EVERY = timedelta(seconds=15)
_HOUR = timedelta(hours=1)
_NAMED = 12
#: Tasks named before the list is opened.
_SAID = 3


async def forecast_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page. Its days are in the reader's zone."""
    page = _ForecastPage(context, query)
    page.build()
    await context.learn_zone()
    page.begin()


class _ForecastPage:
    def __init__(self, context: PageContext, query: dict[str, str]) -> None:
        self._context = context
        self._span = query["span"] if query.get("span") in SPANS else _DEFAULT
        self._tag = query.get("tag", "")
        self._one = _one_step(query)
        self._live: Live[ForecastView] | None = None
        self._shown: ForecastView | None = None

    def build(self) -> None:
        """Build the head, and a place for the forecast."""
        with box("head"):
            with box("titles"):
                text("Forecast", tag="h1")
                if self._one is None:
                    text("Upcoming starts of all tasks.", "sub", tag="p")
                else:
                    with box("sub", "p"):
                        instant = self._one[1] - self._one[0] <= timedelta(seconds=1)
                        text("Starts at " if instant else "Starts from ")
                        When(self._one[0], "near")
                        if not instant:
                            text(" until ")
                            When(self._one[1], "clock")
                        text(". ")
                        link("Show the whole forecast", "/forecast")
            with box("actions"):
                self._spans = Segments(
                    "Span",
                    [(key, told, "") for key, (told, _, _) in SPANS.items()],
                    "" if self._one else self._span,
                    small=True,
                    on_change=lambda event: self._go(span=event.value),
                )
        tag_bar(self._tag, "Tag", lambda tag: self._go(tag=tag))
        self._place = box("stack")
        with self._place:
            skeleton(260)

    def begin(self) -> None:
        """Show the forecast of the chosen span, and keep it up to date."""
        if self._live is not None:
            self._live.stop()
        self._shown = None
        self._place.clear()
        with self._place:
            skeleton(260)
        _, length, step = SPANS[self._span]
        one = self._one
        forecasts, tag = self._context.forecasts, self._tag

        async def fetch() -> ForecastView:
            if one is not None:
                close = timedelta(seconds=1) if one[1] - one[0] <= _HOUR else timedelta(minutes=1)
                return await view_of(forecasts, since=one[0], until=one[1], step=close, tag=tag)
            now = self._context.site.temporal.now()
            begin = now.replace(second=0, microsecond=0)
            if step >= _HOUR:
                begin = begin.replace(minute=0)
            return await view_of(forecasts, since=begin, until=begin + length, step=step, tag=tag)

        self._live = self._context.live(
            ("forecast", one or self._span, self._tag), fetch, self._show, every=_EVERY
        )

    def _go(self, *, span: str = "", tag: str | None = None) -> None:
        self._span = span or self._span
        self._one = None
        self._tag = self._tag if tag is None else tag
        if self._spans.value != self._span:
            self._spans.value = self._span  # calls this method again
            return
        self._context.script(f"history.replaceState(null, '', '{self._address()}')")
        self.begin()

    def _address(self) -> str:
        asked = {"span": self._span} | ({"tag": self._tag} if self._tag else {})
        return "?" + urlencode(asked)

    def _show(self, seen: Seen[ForecastView]) -> None:
        if seen.value is None and seen.error is not None:
            self._place.clear()
            with self._place, box("card"):
                empty("triangle-alert", *nothing_to_show(seen.error, "The forecast"))
            return
        if seen.value is None or seen.value == self._shown:
            return
        self._shown, found = seen.value, seen.value.forecast
        zone, around = self._context.zone, seen.value.influences
        self._place.clear()
        with self._place:
            if not found.total and not found.frozen:
                with box("card"):
                    empty("calendar", "Nothing is due", "No task fires within this span.")
                return
            with card("Starts", aside=_summary(found)):
                chart(found, tag=self._tag, zone=zone, windows=around.windows)
                show_influences(around)
            if found.until - found.since > timedelta(days=1):
                with card("By day and hour"):
                    show_heat(found, around, zone=zone, tag=self._tag)
            if found.busiest and found.busiest[0].starts > 1:
                with card("Busiest", body=False):
                    _busiest(found, opened=self._one is not None)
                show_ways(self._context, found, self._tag)


def _summary(found: Forecast) -> str:
    late = _late(found.last_start_late, found.capacity_per_second)
    frozen = f" · {found.frozen:,} more frozen" if found.frozen else ""
    return f"{found.total:,} of {counted(found.tasks, 'task')}{frozen} · {late}"


def _late(late: timedelta, capacity: float) -> str:
    told = f"the last would begin {precise(late)} late" if late else "all would begin on time"
    return f"at {capacity:g} a second {told}"


def _busiest(found: Forecast, *, opened: bool) -> None:
    with box("agenda").style("margin-top: 8px"):
        for busy in found.busiest:
            if busy.starts > 1:
                _busy(busy, opened=opened)


def _busy(busy: BusyInstant, *, opened: bool) -> None:
    """`opened`: whether all tasks show at once, because the reader came for them."""
    with box("", "details").props("open" if opened else ""):
        with box("", "summary"):
            text(f"{busy.starts:,} at once ", "strong")
            When(busy.at, "near")
            if busy.last_start_late:
                text(f" · the last {precise(busy.last_start_late)} late", "muted")
            if not opened:
                names = [task.name or task.id for task in busy.tasks[:_SAID]]
                more = f" and {busy.starts - _SAID:,} more" if busy.starts > _SAID else ""
                text(f"{', '.join(names)}{more}", "under wrap")
        with box("small wrap", "p"):
            for number, task in enumerate(busy.tasks[:_NAMED]):
                text(", " if number else "")
                link(task.name or task.id, f"/tasks/{task.id}")
            if busy.starts > _NAMED:
                text(f" and {busy.starts - _NAMED:,} more")


def _one_step(query: dict[str, str]) -> tuple[datetime, datetime] | None:
    """The opened step of a chart."""
    begin, end = instant_or_none(query.get("from", "")), instant_or_none(query.get("until", ""))
    if begin is None or end is None or not timedelta(0) < end - begin <= timedelta(days=1):
        return None
    return begin, end
