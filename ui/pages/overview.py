"""Whether all is well, at a glance; each number leads to what it counts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from nicegui.element import Element

from scheduling.values import format_instant
from service import health
from service.due_next import DueNext
from service.overview import HOUR, HourCount, Sample
from ui.components.markup import box, card, empty, href, link, named, skeleton, text
from ui.components.small import Chart, Icon, When
from ui.desk import Desk, House
from ui.pages.overview_tiles import Overview, show_tiles
from ui.watches import Seen

_SOON = 8
_FAILING = 6


def overview_page(desk: Desk, query: dict[str, str]) -> None:
    """Build the page."""
    with box("head"), box("titles"):
        text("Overview", tag="h1")
        text("The last 24 hours", "sub", tag="p")
    place = box("stack")
    with place:
        with box("grid tiles"):
            for _ in range(4):
                skeleton(96)
        skeleton(220)
    last: list[Overview] = []

    def show(seen: Seen[Overview]) -> None:
        if seen.value is None:
            if seen.error is not None:
                place.clear()
                with place, box("card"):
                    empty("triangle-alert", "Temporal cannot be reached", "This page waits for it.")
            return
        if last[:1] == [seen.value]:
            return
        last[:] = [seen.value]
        place.clear()
        with place:
            _show(seen.value)

    desk.live("overview", lambda: _read(desk.house), show, every=timedelta(seconds=4))


async def _read(house: House) -> Overview:
    reader = house.overview
    hours, running, tasks, sample, due, state = await asyncio.gather(
        reader.hours(),
        reader.running(),
        reader.tasks(),
        reader.sample(),
        house.due.next(_SOON),
        health.check(house.temporal),
    )
    return Overview(hours, running, tasks, sample, due, state)


def _show(shown: Overview) -> None:
    if not shown.tasks.total and not any(h.succeeded + h.failed + h.other for h in shown.hours):
        with (
            box("card"),
            empty(
                "calendar",
                "Nothing is scheduled yet",
                "Register a first task, and this page shows how its runs go.",
            ),
        ):
            link("New task", "/tasks/new", "btn primary", icon="plus")
        return
    show_tiles(shown)
    with card("Runs by hour"):
        _chart(shown.hours)
    with box("grid two"):
        _due(shown.due)
        _failing(shown.sample)


def _chart(hours: list[HourCount]) -> None:
    bars = [
        {
            "from": format_instant(hour.since),
            "to": format_instant(hour.since + HOUR),
            "parts": [
                {"name": "Succeeded", "value": hour.succeeded, "tone": "green"},
                {"name": "Failed", "value": hour.failed, "tone": "red"},
                {"name": "Cancelled", "value": hour.other, "tone": "grey"},
            ],
            "path": _between(hour),
        }
        for hour in hours
    ]
    total = sum(h.succeeded for h in hours), sum(h.failed for h in hours)
    label = f"Runs by hour over the last day: {total[0]} succeeded, {total[1]} failed"
    marks = [f"@{format_instant(hour.since)}" for hour in hours[::6]]
    Chart(bars, label, height=130, ends=[*marks, "now"])
    with box("legend").style("margin-top: 10px"):
        for name, tone in (("Succeeded", "green"), ("Failed", "red"), ("Cancelled", "")):
            with box("", "span"):
                box(f"dot {tone}")
                text(name)


def _between(hour: HourCount) -> str:
    query = {"since": format_instant(hour.since), "until": format_instant(hour.since + HOUR)}
    return f"/runs?{urlencode(query)}"


def _due(due: DueNext) -> None:
    with card("Due next", aside="" if due.complete else "of the newest 1,000 tasks", body=False):
        if not due.due:
            _quiet("clock", "Nothing is due.")
            return
        with box("agenda").style("margin-top: 8px"):
            for entry in due.due:
                with _line(f"/tasks/{entry.task_id}"):
                    text(entry.name, "strong grow wrap")
                    with box("muted"):
                        When(entry.at)


def _failing(sample: Sample) -> None:
    aside = f"{len(sample.failing)} tasks" if len(sample.failing) > _FAILING else ""
    with card("Failing", aside=aside, body=False):
        if not sample.failing:
            _quiet("check", "Every task's last run went well.")
            return
        with box("agenda").style("margin-top: 8px"):
            for each in sample.failing[:_FAILING]:
                with _line(f"/runs/{each.run.id}"):
                    box("dot red")
                    with box("grow"):
                        text(each.run.task_id, "strong wrap")
                        if each.run.error is not None:
                            text(each.run.error.message[:140], "small muted wrap", tag="div")
                    text(f"{each.in_a_row}×", "small muted", "span")
                    with box("muted small"):
                        When(each.run.finished_at)


def _line(path: str) -> Element:
    return named(box("", "a"), href=href(path))


def _quiet(icon: str, words: str) -> Any:
    with box("row muted").style("padding: 18px 16px 22px"):
        Icon(icon)
        text(words)
