"""The overview. Each part is read separately, so a slow one does not delay the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from nicegui.element import Element

from onthedot.scheduling.values import format_instant
from onthedot.service.overview import health
from onthedot.service.overview.due_next import DueNext
from onthedot.service.overview.overview import HOUR, HourCount, Sample, TaskTotals
from onthedot.ui.components.charts.charts import Chart
from onthedot.ui.components.markup import box, card, empty, href, link, named, skeleton, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.page_context import PageContext, SiteContext
from onthedot.ui.pages.coming_starts import ComingStarts
from onthedot.ui.pages.overview_tiles import Tiles, show_trouble
from onthedot.ui.watches import Seen

_SOON = 8
_FAILING = 6


def overview_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    site = context.site
    with box("head"), box("titles"):
        text("Overview", tag="h1")
        text("The last 24 hours", "sub", tag="p")
    trouble = box()
    start = box("start")
    with box("stack"):
        tiles = Tiles()
        with card("Runs by hour"):
            chart = _HourChart()
        ComingStarts(context)
        with box("grid two"):
            with card("Due next", body=False) as due:
                skeleton(160)
            with card("Failing", body=False) as failing:
                skeleton(160)

    def show_hours(seen: Seen[tuple[list[HourCount], int]]) -> None:
        if seen.value is not None:
            tiles.show_hours(*seen.value)
            chart.show(seen.value[0])

    def show_tasks(seen: Seen[TaskTotals | None]) -> None:
        if seen.value is not None:
            tiles.show_tasks(seen.value)
            _welcome(start, wanted=not seen.value.total)

    def show_sample(seen: Seen[Sample]) -> None:
        if seen.value is not None:
            tiles.show_punctuality(seen.value.punctuality)
            _show_failing(failing, seen.value)

    context.live(
        "trouble",
        lambda: site.incidents.read(site.temporal.now() - HOUR, fresh=False),
        _when_known(lambda found: show_trouble(trouble, found)),
        every=timedelta(seconds=30),
    )
    context.live("hours", lambda: _hours(site), show_hours, every=timedelta(seconds=4))
    context.live("task counts", site.overview.tasks, show_tasks)
    context.live("sample", site.overview.sample, show_sample, every=timedelta(seconds=5))
    context.live(
        "due",
        lambda: site.due.next(_SOON),
        _when_known(lambda value: _show_due(due, value)),
        every=timedelta(seconds=3),
    )
    context.live(
        "health",
        lambda: health.check(site.temporal),
        _when_known(tiles.show_workers),
        every=timedelta(seconds=3),
    )


def _when_known(show: Any) -> Any:
    last: list[Any] = []

    def told(seen: Seen[Any]) -> None:
        if seen.value is not None and last[:1] != [seen.value]:
            last[:] = [seen.value]
            show(seen.value)

    return told


async def _hours(site: SiteContext) -> tuple[list[HourCount], int]:
    hours, running = await asyncio.gather(site.overview.hours(), site.overview.running())
    return hours, running


def _welcome(place: Element, *, wanted: bool) -> None:
    if bool(place.default_slot.children) == wanted:
        return
    place.clear()
    if wanted:
        with (
            place,
            box("card"),
            empty(
                "calendar",
                "Nothing is scheduled yet",
                "Register a first task, and this page shows how its runs go.",
            ),
        ):
            link("New task", "/new", "btn primary", icon="plus")


class _HourChart:
    def __init__(self) -> None:
        self._chart = Chart([], "Runs by hour over the last day", height=130, slots=24)
        with box("legend").style("margin-top: 10px"):
            for name, tone in (("Succeeded", "green"), ("Failed", "red"), ("Cancelled", "")):
                with box("", "span"):
                    box(f"dot {tone}")
                    text(name)

    def show(self, hours: Sequence[HourCount]) -> None:
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
        if self._chart.props["bars"] == bars:
            return
        self._chart.props["bars"] = bars
        marks = [f"@{format_instant(hour.since)}" for hour in hours[::6]]
        self._chart.props["ends"] = [*marks, "now"]
        total = sum(h.succeeded for h in hours), sum(h.failed for h in hours)
        said = f"Runs by hour over the last day: {total[0]} succeeded, {total[1]} failed"
        self._chart.props["label"] = said


def _between(hour: HourCount) -> str:
    query = {"since": format_instant(hour.since), "until": format_instant(hour.since + HOUR)}
    return f"/runs?{urlencode(query)}"


def _show_due(place: Element, due: DueNext) -> None:
    place.clear()
    with place:
        if not due.due:
            _quiet("clock", "Nothing is due.")
            return
        with box("agenda").style("margin-top: 8px"):
            for entry in due.due:
                with named(box("", "a"), href=href(f"/tasks/{entry.task_id}")):
                    text(entry.name, "strong grow wrap")
                    with box("muted"):
                        When(entry.at)
            if not due.complete:
                with box("small muted"):
                    text("Among one-time tasks and the newest 1,000 recurring ones.")


def _show_failing(place: Element, sample: Sample) -> None:
    place.clear()
    with place:
        if not sample.failing:
            _quiet("check", "Every task's last run went well.")
            return
        with box("agenda").style("margin-top: 8px"):
            for each in sample.failing[:_FAILING]:
                with named(box("", "a"), href=href(f"/runs/{each.run.id}")):
                    box("dot red")
                    with box("grow"):
                        text(each.run.task_name or each.run.task_id, "strong wrap")
                        if each.run.error is not None:
                            text(each.run.error.message[:140], "small muted wrap", tag="div")
                    text(f"{each.in_a_row}×", "small muted")
                    with box("muted small"):
                        When(each.run.finished_at)
            if len(sample.failing) > _FAILING:
                with named(box("", "a"), href=href("/runs?status=failed")):
                    text(f"{len(sample.failing) - _FAILING} more", "muted")


def _quiet(icon: str, words: str) -> None:
    with box("row muted").style("padding: 18px 16px 22px"):
        Icon(icon)
        text(words)
