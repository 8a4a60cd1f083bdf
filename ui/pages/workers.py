"""The workers, and how full each is."""

from __future__ import annotations

from nicegui.element import Element

from onthedot.scheduling.stored.live import PlacesTaken
from onthedot.service.overview.workers import WorkerPlaces, WorkersRead
from onthedot.ui.components.markup import box, named, text
from onthedot.ui.components.small import When
from onthedot.ui.wording.values import counted


def show_workers(place: Element, found: WorkersRead | None) -> None:
    """Each worker with its places, and below them what waits for any worker."""
    place.clear()
    with place, box("stack snug"):
        if found is None or not found.workers:
            text("None polls the task queue. Start one with onthedot worker.", "muted")
        for worker in found.workers if found else ():
            _worker(worker)
        if found is not None and (found.runs_waiting or found.actions_waiting):
            parts = [
                _some(found.runs_waiting, "workflow task"),
                _some(found.actions_waiting, "action"),
            ]
            waiting = " and ".join(filter(None, parts))
            text(f"Waiting for a worker: {waiting}.", "small")


def _worker(worker: WorkerPlaces) -> None:
    with box("worker"):
        with box("row"):
            text(worker.identity, "mono small grow wrap")
            with box("muted small nowrap"):
                When(worker.last_seen)
        for taken in worker.places:
            if taken.places is not None:
                _places(taken)
        if not worker.places:
            text("It does not report how full it is.", "muted small")


def _places(taken: PlacesTaken) -> None:
    assert taken.places is not None
    words = f"{taken.held} of {taken.places} {_NAMES.get(taken.name, taken.name)}"
    if taken.waiting:
        words += f", {taken.waiting} wait"
    share = min(100, round(100 * taken.held / max(taken.places, 1)))
    with box("places"):
        text(words, "small num")
        meter = named(
            box("meter" + (" full" if share >= 100 else "")), role="img", aria_label=words
        )
        with meter:
            box("").style(f"width: {share}%")


#: What a place is for, in words.
_NAMES = {"actions": "places for actions", "commands": "places for commands"}


def _some(count: int, of: str) -> str:
    return counted(count, of) if count else ""
