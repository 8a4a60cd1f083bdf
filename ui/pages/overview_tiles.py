"""The top of the overview: numbers that lead to what they count, and current problems."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui.element import Element

from onthedot.scheduling.incidents.incident import Incidents
from onthedot.service.overview.health import SystemHealth
from onthedot.service.overview.overview import HourCount, Punctuality, TaskTotals
from onthedot.ui.components.markup import box, href, named, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.wording.values import counted, precise

#: If more wait than this, the workers cannot keep up.
_MANY = 100


class Tile:
    """A number with a name and a note."""

    def __init__(self, label: str, path: str) -> None:
        self.link = named(box("card tile", "a"), href=href(path))
        with self.link:
            with box("label"):
                self._dot = box("hidden")
                text(label)
            self._value = text("–", "value", tag="div")
            self.note = box("note")
        self._noted = ""

    def show(self, value: str, note: str, *, tone: str = "", title: str = "") -> None:
        """Show a number; sends nothing if nothing changed."""
        self._value.text = value
        self._dot.classes(replace=f"dot {tone}" if tone else "hidden")
        if title:
            named(self.link, title=title)
        if note != self._noted:
            self._noted = note
            self.note.clear()
            with self.note:
                text(note)


class Tiles:
    """The row of numbers."""

    def __init__(self) -> None:
        with box("grid tiles"):
            self._runs = Tile("Runs", "/runs?span=24h")
            self._rate = Tile("Succeeded", "/incidents")
            self._late = Tile("95 % start within", "/runs")
            self._tasks = Tile("Tasks", "/tasks")
            self._workers = Tile("Workers", "/settings")

    def show_hours(self, hours: Sequence[HourCount], running: int) -> None:
        """Show how many ran, and how many of those succeeded."""
        succeeded = sum(hour.succeeded for hour in hours)
        failed = sum(hour.failed for hour in hours)
        total = succeeded + failed + sum(hour.other for hour in hours)
        self._runs.show(f"{total:,}", f"{running:,} running now" if running else "none running now")
        rate = f"{100 * succeeded / (succeeded + failed):.4g} %" if succeeded + failed else "–"
        note = f"{failed:,} failed" if failed else "none failed"
        self._rate.show(rate, note, tone="red" if failed else "")

    def show_punctuality(self, late: Punctuality | None) -> None:
        """Show how late runs start."""
        if late is None:
            self._late.show("–", "no run on schedule yet")
            return
        p50, worst = (
            precise(each).replace(" ", "\N{NO-BREAK SPACE}") for each in (late.p50, late.worst)
        )
        note = f"p50 {p50} · max {worst}"
        title = f"Of the last {late.sample:,} runs that a schedule started"
        self._late.show(precise(late.p95), note, title=title)

    def show_tasks(self, counts: TaskTotals) -> None:
        """Show how many tasks there are."""
        self._tasks.show(
            f"{counts.total:,}", f"{counts.paused:,} paused" if counts.paused else "none paused"
        )

    def show_workers(self, state: SystemHealth) -> None:
        """Show how many workers there are, when one was last seen, and what waits for them."""
        found = state.ready
        waiting = f"{state.backlog:,} waiting for one" if state.backlog else ""
        self._workers.show(
            str(len(found)),
            waiting or ("" if found else "none is polling"),
            tone=("amber" if state.backlog > _MANY else "green") if found else "red",
        )
        if found and not waiting:
            self._workers.note.clear()
            with self._workers.note:
                text("seen ")
                When(found[0].last_seen)


def show_trouble(place: Element, found: Incidents) -> None:
    """Show the problems, if there are any."""
    said = trouble(found)
    if place.props.get("data-said", "") == said:
        return
    place.props["data-said"] = said
    place.clear()
    if said:
        with place, named(box("card trouble", "a"), href=href("/incidents?span=hour")):
            Icon("circle-alert")
            text(said, "grow wrap")
            Icon("chevron-right")


def trouble(found: Incidents) -> str:
    """`In the last hour 6 runs failed for 2 causes, 1 of them ongoing; 12 instants did not run.`"""
    parts = []
    if failures := found.failures:
        runs, causes = sum(group.runs for group in failures), len(failures)
        ongoing = sum(group.ongoing for group in failures)
        failed = f"{counted(runs, 'run')} failed for {counted(causes, 'cause')}"
        if ongoing:
            some = f", {ongoing:,} of them ongoing"
            failed += ", still ongoing" if ongoing == causes else some
        parts.append(failed)
    if missed := found.did_not_run:
        parts.append(f"{counted(missed, 'instant')} did not run")
    if found.late:
        parts.append(f"{counted(len(found.late), 'run')} began late")
    return f"In the last hour {'; '.join(parts)}." if parts else ""
