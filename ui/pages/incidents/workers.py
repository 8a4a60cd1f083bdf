"""Workers that are gone, as long as Temporal remembers them."""

from __future__ import annotations

from datetime import UTC, datetime

from nicegui.element import Element

from onthedot.service.overview.health import Health
from onthedot.service.temporal.task_queues import SEEN_WITHIN, Poller
from onthedot.ui.components.markup import box, card, text
from onthedot.ui.components.small import When


def show_workers(place: Element, state: Health | None) -> None:
    """A card, where a worker is gone, or none is there."""
    gone: tuple[Poller, ...] = ()
    waiting = ""
    if state is not None:
        gone = gone_workers(state, datetime.now(UTC))
        if len(gone) == len(state.workers):
            waiting = f"None is left. {state.backlog:,} workflow tasks wait for one in Temporal."
    said = ",".join([*(worker.identity for worker in gone), waiting])
    if place.props.get("data-gone", ",") == said:
        return
    place.props["data-gone"] = said
    place.clear()
    if not gone and not waiting:
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
        if waiting:
            with box():
                text(waiting, "muted wrap")


def gone_workers(state: Health, now: datetime) -> tuple[Poller, ...]:
    """Those that polled a while ago and do so no more."""
    return tuple(w for w in state.workers if now - w.last_seen > SEEN_WITHIN)
