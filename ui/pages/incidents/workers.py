"""Workers that are gone, as long as Temporal remembers them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nicegui.element import Element

from onthedot.service.overview.health import Health
from onthedot.service.temporal.task_queues import Poller
from onthedot.ui.components.markup import box, card, text
from onthedot.ui.components.small import When

#: A poll lasts a minute at most; who was not seen for longer does not poll.
_SEEN_WITHIN = timedelta(seconds=75)


def show_workers(place: Element, state: Health | None) -> None:
    """A card, where a worker is gone."""
    gone = gone_workers(state, datetime.now(UTC)) if state is not None else ()
    said = ",".join(worker.identity for worker in gone)
    if place.props.get("data-gone", "") == said:
        return
    place.props["data-gone"] = said
    place.clear()
    if not gone:
        return
    with (
        place,
        box("start"),
        card("Workers that are gone", body=False),
        box("agenda").style("margin-top: 8px"),
    ):
        for worker in gone:
            with box():
                box("dot red")
                text(worker.identity, "mono grow wrap")
                with box("muted small nowrap"):
                    text("last seen ")
                    When(worker.last_seen)


def gone_workers(state: Health, now: datetime) -> tuple[Poller, ...]:
    """Those that polled a while ago and do so no more."""
    return tuple(w for w in state.workers if now - w.last_seen > _SEEN_WITHIN)
