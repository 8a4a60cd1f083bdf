"""One task: what it does and when, its next runs, how its last ones went, and what can be done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nicegui import ui
from nicegui.element import Element

from scheduling.errors import TaskNotFound
from scheduling.occurrences import next_occurrences
from scheduling.run import RunStatus, ShortRun
from scheduling.task import Task, TaskStatus
from scheduling.values import format_instant
from service.run_list import RunFilter, RunList
from service.tasks import Tasks
from ui.components.markup import (
    box,
    button,
    card,
    empty,
    href,
    link,
    named,
    outside_link,
    skeleton,
    text,
)
from ui.components.small import Chart, Icon, When
from ui.components.tables import RunTable
from ui.desk import Desk
from ui.durations import precise
from ui.pages.task_actions import ask_delete, ask_pause, resume, run_now
from ui.pages.task_details import show_details
from ui.rows import run_row, task_status, took, words, zone
from ui.watches import Seen

_RUNS = 50
_NEXT = 10


@dataclass(frozen=True)
class Shown:
    """What the page shows."""

    task: Task
    runs: list[ShortRun]
    more: bool


def task_page(desk: Desk, query: dict[str, str], task_id: str) -> None:
    """Build the page."""
    head = box("stack")
    with box("grid main-aside").style("margin-top: 16px"):
        log, side = box("stack"), box("stack")
    with head:
        skeleton(60)
    with log:
        skeleton(320)
    shown: dict[str, Any] = {}

    def show(seen: Seen[Shown]) -> None:
        if seen.value is None:
            if seen.error is not None:
                log.clear()
                _say_missing(head, task_id, gone=isinstance(seen.error, TaskNotFound))
            return
        found, runs = seen.value, [run_row(run) for run in seen.value.runs]
        ui.page_title(f"{found.task.name} · On the Dot")
        state = (
            found.task.model_copy(update={"last_run": None}),
            task_status(found.task, found.runs),
        )
        if shown.get("task") != state:
            shown["task"] = state
            head.clear()
            with head:
                _show_head(desk, found)
            side.clear()
            with side:
                _next_runs(desk, found.task)
                show_details(found.task)
        if shown.get("runs") != runs:
            shown["runs"] = runs
            _show_runs(log, found, runs)

    desk.live(("task", task_id), lambda: _read(desk, task_id), show)


async def _read(desk: Desk, task_id: str) -> Shown:
    temporal = desk.house.temporal
    task, page = await asyncio.gather(
        Tasks(temporal).get(task_id),
        RunList(temporal).page(RunFilter(task_id=task_id), limit=_RUNS),
    )
    return Shown(task, page.items, page.next_cursor is not None)


def _say_missing(place: Element, task_id: str, *, gone: bool) -> None:
    place.clear()
    with place, box("card"):
        if gone:
            with empty("search", "There is no such task", f"{task_id} was deleted, or never was."):
                link("To the tasks", "/tasks", "btn")
                link("Its runs", f"/runs?task={task_id}", "btn")
        else:
            empty(
                "triangle-alert", "Temporal cannot be reached", "The task appears when it is back."
            )


def _show_head(desk: Desk, found: Shown) -> None:
    task, status = found.task, task_status(found.task, found.runs)
    with box("head").style("margin-bottom: 0"):
        with box("titles"):
            link("Tasks", "/tasks", "crumb", icon="chevron-left")
            with box("row"):
                text(task.name, tag="h1")
                text(
                    str(status["label"]),
                    f"pill {status['tone']}" + (" live" if status["live"] else ""),
                )
            text(words(task.trigger, task.id), "sub wrap", tag="p")
            if task.description:
                text(task.description, "sub wrap", tag="p")
        with box("actions"):
            _buttons(desk, task)
    if task.status is TaskStatus.PAUSED and (task.note or task.paused_until):
        with box("banner").style("margin: 0"):
            Icon("pause")
            text(task.note or "Paused", "wrap")
            if task.paused_until:
                text("until ")
                When(task.paused_until, "near")


def _buttons(desk: Desk, task: Task) -> None:
    button("Run now", lambda: run_now(desk, task.id), "primary", icon="play")
    if task.status is TaskStatus.SCHEDULED:
        button("Pause", lambda: ask_pause(desk, task.id), icon="pause")
    if task.status is TaskStatus.PAUSED:
        button("Resume", lambda: resume(desk, task.id), icon="play")
    link("Edit", f"/tasks/{task.id}/edit", "btn", icon="pencil")
    duplicate = named(box("btn icon-only", "a"), href=href(f"/tasks/new?from={task.id}"))
    with named(duplicate, aria_label="Duplicate", title="Duplicate"):
        Icon("copy")
    button(
        "",
        lambda: ask_delete(desk, task, lambda: desk.go("/tasks")),
        "danger",
        icon="trash-2",
        aria="Delete",
    )
    outside_link("In Temporal", task.links.temporal_ui, "btn ghost")


def _next_runs(desk: Desk, task: Task) -> None:
    own = zone(task.trigger)
    with card("Next runs", aside=own, body=False):
        coming = _coming(desk, task)
        if not coming:
            with box("row muted").style("padding: 14px 16px 18px"):
                text(_why_none(task))
            return
        with box("agenda").style("margin-top: 8px"):
            for at in coming:
                with box():
                    with box("grow"):
                        When(at, "near")
                    with box("muted small"):
                        When(at, "there", zone=own)


def _coming(desk: Desk, task: Task) -> Sequence[datetime]:
    """Ten where there is nothing that limits them but time; else what the service says."""
    trigger = task.trigger
    if not task.next_runs or trigger.kind == "once" or trigger.max_runs is not None:
        return task.next_runs
    now = desk.house.temporal.now()
    return next_occurrences(trigger, after=now, count=_NEXT, key=task.id)


def _why_none(task: Task) -> str:
    return {
        TaskStatus.PAUSED: "None while it is paused.",
        TaskStatus.RUNNING: "It is running now.",
        TaskStatus.COMPLETED: "It is done. Editing it arms it again.",
        TaskStatus.FAILED: "Its run failed. Editing it arms it again.",
    }.get(task.status, "None.")


def _show_runs(log: Element, found: Shown, rows: list[dict[str, Any]]) -> None:
    table = next((c for c in log.descendants() if isinstance(c, RunTable)), None)
    charts = next((c for c in log.default_slot.children if "charts" in c.classes), None)
    if table is None:
        log.clear()
        with log:
            if not rows:
                with box("card"), empty("history", "It has not run yet", "Its runs show here."):
                    pass
                return
            charts = box("grid two charts")
            table = RunTable("Runs of this task", task=False)
            with box("pager"):
                more = "All its runs" if found.more else f"{len(rows)} runs"
                link(more, f"/runs?task={found.task.id}")
    table.show(rows)
    if charts is not None:
        charts.clear()
        with charts:
            _charts(found.runs)


def _charts(runs: Sequence[ShortRun]) -> None:
    ended = [run for run in reversed(runs) if run.status is not RunStatus.RUNNING]
    late = [
        _point(run, run.lateness.total_seconds(), "late")
        for run in ended
        if run.lateness is not None
    ]
    lengths = [(run, took(run)) for run in ended]
    taken = [_point(run, length, "took") for run, length in lengths if length is not None]
    for title, points in (("Late by", late), ("Took", taken)):
        if points:
            worst = timedelta(seconds=max(point["parts"][0]["value"] for point in points))
            with card(title, aside=f"at most {precise(worst)}"):
                label = f"{title}, over the last {len(points)} runs"
                Chart(points, label, height=64, unit="s", slots=_RUNS // 2)


def _point(run: ShortRun, seconds: float, name: str) -> dict[str, Any]:
    well = run.status is RunStatus.SUCCEEDED
    tone = ("blue" if name == "late" else "green") if well else "red"
    return {
        "from": format_instant(run.scheduled_for),
        "parts": [{"name": name, "value": seconds, "tone": tone}],
        "note": "" if well else run.status.value,
        "path": f"/runs/{run.id}",
    }
