"""The cards of the page of incidents. Each is drawn once its content is known, and again only if
that changed, so that buttons do not move while someone is about to click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from nicegui.element import Element

from onthedot.scheduling.incidents.incident import Incidents, LostInstants
from onthedot.service.overview.health import SystemHealth
from onthedot.service.temporal.task_queues import SEEN_WITHIN, Poller
from onthedot.ui.components.markup import box, card, empty, named, skeleton, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.incidents.failures import show_failures
from onthedot.ui.pages.incidents.not_on_time import show_late, show_missed

_LOOKING = "Still looking for instants that have no run."
_NOT_ALL = "There may be more: part of this period was not checked or is not listed."


class Part:
    """A place for content that may appear or change."""

    def __init__(self) -> None:
        self._place = box("stack")
        self._drawn: object = None
        self._place.set_visibility(False)

    def draw(self, what: object, show: Callable[[], None] | None) -> None:
        """Show it, unless `what` is unchanged; without `show`, hide the place."""
        if what == self._drawn:
            return
        self._drawn = what
        self._place.clear()
        self._place.set_visibility(show is not None)
        if show is not None:
            with self._place:
                show()


class Sections:
    """All cards. What takes longest to read comes last."""

    def __init__(self, context: PageContext) -> None:
        self._context = context
        self._whole, self._failures, self._late = Part(), Part(), Part()
        self._missed, self._note = Part(), Part()
        self._whole.draw("nothing known", _waiting)

    def say(self, icon: str, title: str, words: str) -> None:
        """Show one message instead of the cards."""

        def show() -> None:
            with card(body=False):
                empty(icon, title, words)

        self._whole.draw(("said", title, words), show)
        for part in (self._failures, self._late, self._missed, self._note):
            part.draw(None, None)

    def show(self, known: Incidents, lost: LostInstants | None, tags: tuple[str, ...]) -> None:
        """Show what is known; without `lost`, instants without a run are still being looked for."""
        found = known if lost is None else known.with_lost(lost)
        if lost is not None and not found.any:
            words = "Every run that was due began in time and succeeded."
            if not found.complete:
                words = "Nothing so far; part of this period has not been checked yet."
            self.say("check", "Nothing went wrong", words)
            return
        self._whole.draw(None, None)
        failures, late = found.failures, found.late
        self._failures.draw(
            (failures, tags) if failures else None,
            (lambda: show_failures(self._context, failures, tags)) if failures else None,
        )
        self._late.draw(late or None, (lambda: show_late(late)) if late else None)
        if lost is None:
            self._missed.draw(_LOOKING, _looking)
            return
        missed = found.did_not_run and (found.not_taken_up, found.without_a_failure, tags)
        self._missed.draw(
            missed or None, (lambda: show_missed(self._context, found, tags)) if missed else None
        )
        self._note.draw(not found.complete or None, None if found.complete else _not_all)


def _waiting() -> None:
    skeleton(220)


def _looking() -> None:
    with card("Did not run"), named(box("muted"), role="status"):
        text(_LOOKING)


def _not_all() -> None:
    with box("row one-line muted small"):
        Icon("info")
        text(_NOT_ALL)


def show_workers(place: Element, state: SystemHealth | None) -> None:
    """A card, if a worker is gone or there is none."""
    gone: tuple[Poller, ...] = ()
    waiting = ""
    if state is not None:
        gone = gone_workers(state, datetime.now(UTC))
        if len(gone) == len(state.workers):
            waiting = (
                f"No worker is left. {state.backlog:,} workflow tasks wait for one in Temporal."
            )
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


def gone_workers(state: SystemHealth, now: datetime) -> tuple[Poller, ...]:
    """The workers that have stopped polling."""
    return tuple(w for w in state.workers if now - w.last_seen > SEEN_WITHIN)
