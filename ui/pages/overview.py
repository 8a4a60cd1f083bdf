"""Whether all is well, at a glance; each number leads to what it counts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from nicegui.element import Element

from scheduling.values import format_instant
from service import health
from service.due_next import DueNext
from service.overview import HOUR, HourCount, OverviewReader, Sample, TaskCounts
from ui.components.markup import box, card, empty, href, link, named, skeleton, text
from ui.components.small import Chart, Icon, When
from ui.desk import Desk
from ui.durations import precise
from ui.watches import Seen

_SOON = 8
_FAILING = 6


@dataclass(frozen=True)
class Shown:
    """All that the page shows, read together."""

    hours: list[HourCount]
    running: int
    tasks: TaskCounts
    sample: Sample
    due: DueNext
    health: health.Health


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
    last: list[Shown] = []

    def show(seen: Seen[Shown]) -> None:
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

    desk.live("overview", lambda: _read(desk), show, every=timedelta(seconds=4))


async def _read(desk: Desk) -> Shown:
    reader: OverviewReader = desk.house.overview
    hours, running, tasks, sample, due, state = await asyncio.gather(
        reader.hours(),
        reader.running(),
        reader.tasks(),
        reader.sample(),
        desk.house.due.next(_SOON),
        health.check(desk.house.temporal),
    )
    return Shown(hours, running, tasks, sample, due, state)


def _show(shown: Shown) -> None:
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
    _tiles(shown)
    with card("Runs by hour"):
        _chart(shown.hours)
    with box("grid two"):
        _due(shown.due)
        _failing(shown.sample)


def _tiles(shown: Shown) -> None:
    succeeded = sum(hour.succeeded for hour in shown.hours)
    failed = sum(hour.failed for hour in shown.hours)
    total = succeeded + failed + sum(hour.other for hour in shown.hours)
    late = shown.sample.punctuality
    paused = f"{shown.tasks.paused:,} paused" if shown.tasks.paused else "none paused"
    with box("grid tiles"):
        _tile("Runs", f"{total:,}", _running(shown.running), "/runs?span=24h")
        rate = f"{100 * succeeded / (succeeded + failed):.4g} %" if succeeded + failed else "–"
        note = f"{failed:,} failed" if failed else "none failed"
        _tile("Succeeded", rate, note, "/runs?status=failed&span=24h", tone="red" if failed else "")
        _tile(
            "95 % start within",
            precise(late.p95) if late else "–",
            f"half {precise(late.p50)}, worst {precise(late.worst)}" if late else "no run yet",
            "/runs",
            title=f"Of the last {late.sample:,} runs that a schedule started" if late else "",
        )
        _tile("Tasks", f"{shown.tasks.total:,}", paused, "/tasks")
        _workers(shown.health)


def _workers(state: health.Health) -> None:
    found = state.workers
    with named(box("card tile", "a"), href=href("/settings")):
        with box("label"):
            box(f"dot {'green' if found else 'red'}")
            text("Workers")
        text(str(len(found)), "value", tag="div")
        with box("note"):
            if state.backlog:
                text(f"{state.backlog:,} waiting for one")
            elif found:
                text("seen ")
                When(found[0].last_seen)
            else:
                text("none is polling")


def _running(count: int) -> str:
    return f"{count:,} running now" if count else "none running now"


def _tile(label: str, value: str, note: str, path: str, *, tone: str = "", title: str = "") -> None:
    tile = named(box("card tile", "a"), href=href(path))
    if title:
        named(tile, title=title)
    with tile:
        with box("label"):
            if tone:
                box(f"dot {tone}")
            text(label)
        text(value, "value", tag="div")
        text(note, "note", tag="div")


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
