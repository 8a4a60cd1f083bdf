"""The card on the overview with the next hours' starts by minute, and the busiest instant."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from onthedot.scheduling.forecast.report import Forecast
from onthedot.scheduling.values import format_instant
from onthedot.ui.components.fields.choices import Segments
from onthedot.ui.components.markup import box, card, link, named, skeleton, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.forecast.chart import chart
from onthedot.ui.watches import Live, Seen

_SPANS = {"2": timedelta(hours=2), "6": timedelta(hours=6), "24": timedelta(hours=24)}
_EVERY = timedelta(seconds=20)
_SECOND = timedelta(seconds=1)


class ComingStarts:
    """The card."""

    def __init__(self, context: PageContext) -> None:
        self._context = context
        self._span = next(iter(_SPANS))
        self._live: Live[Forecast] | None = None
        self._shown: Forecast | None = None
        with card("Coming starts", aside="by minute"):
            with box("row").style("margin-bottom: 10px"):
                Segments(
                    "Coming hours",
                    [(hours, f"{hours} hours", "") for hours in _SPANS],
                    self._span,
                    small=True,
                    on_change=lambda event: self._choose(event.value),
                )
            self._place = box()
            with self._place:
                skeleton(120)
        self._watch()

    def _choose(self, span: str) -> None:
        if span in _SPANS and span != self._span:
            self._span = span
            self._watch()

    def _watch(self) -> None:
        if self._live is not None:
            self._live.delete()
        site, length = self._context.site, _SPANS[self._span]

        async def read() -> Forecast:
            begin = site.temporal.now().replace(second=0, microsecond=0)
            return await site.forecasts.of(since=begin, until=begin + length)

        with self._place.parent_slot or self._place:
            key = ("coming", self._span)
            self._live = self._context.live(key, read, self._show, every=_EVERY)

    def _show(self, seen: Seen[Forecast]) -> None:
        found = seen.value
        if found is None or found == self._shown:
            return
        self._shown = found
        self._place.clear()
        with self._place:
            if not found.total:
                text("Nothing is due.", "muted")
                return
            chart(found, height=90)
            with box("row small muted").style("margin-top: 8px"):
                busy = found.busiest[0]
                with box("grow", "span"):
                    text(f"{found.total:,} starts, at most ")
                    asked = {
                        "from": format_instant(busy.at),
                        "until": format_instant(busy.at + _SECOND),
                    }
                    with named(link("", f"/forecast?{urlencode(asked)}"), title="Its tasks"):
                        text(f"{busy.starts:,} at once, at ")
                        When(busy.at, "clock")
                link("Forecast", "/forecast")
