"""A task's next runs, and its last ones, as charts and one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from nicegui.element import Element

from onthedot.scheduling.run import RunStatus, ShortRun
from onthedot.scheduling.task import Task, TaskStatus
from onthedot.scheduling.values import format_instant
from onthedot.ui.components.charts.charts import Chart
from onthedot.ui.components.markup import box, card, empty, link, text
from onthedot.ui.components.small import When
from onthedot.ui.components.tables.tables import RunTable
from onthedot.ui.list_reads import ROWS
from onthedot.ui.reads import TaskDetail
from onthedot.ui.rows import took, zone
from onthedot.ui.wording.values import precise


def show_next_runs(task: Task, coming: Sequence[datetime], moved: Mapping[datetime, str]) -> None:
    """A card with the next runs, and for moved ones the original day."""
    own = zone(task.trigger)
    with card("Next runs", aside=own, body=False):
        if not coming:
            with box("row muted").style("padding: 14px 16px 18px"):
                text(_why_none(task))
            return
        with box("agenda").style("margin-top: 8px"):
            for at in coming:
                with box():
                    with box("grow"):
                        When(at, "near")
                        if at in moved:
                            text(moved[at], "moved")
                    with box("muted small"):
                        When(at, "there", zone=own)


def _why_none(task: Task) -> str:
    return {
        TaskStatus.PAUSED: "None while it is paused.",
        TaskStatus.RUNNING: "It is running now.",
        TaskStatus.COMPLETED: "It has finished. Editing it schedules it again.",
        TaskStatus.FAILED: "Its run failed. Editing it schedules it again.",
    }.get(task.status, "None.")


def show_runs(log: Element, found: TaskDetail, rows: list[dict[str, Any]]) -> None:
    """Draw the last runs, or only what changed."""
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
                link("All its runs", f"/runs?task={found.task.id}")
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
                Chart(points, label, height=64, unit="s", slots=ROWS // 2)


def _point(run: ShortRun, seconds: float, name: str) -> dict[str, Any]:
    well = run.status is RunStatus.SUCCEEDED
    tone = ("blue" if name == "late" else "green") if well else "red"
    return {
        "from": format_instant(run.scheduled_for),
        "parts": [{"name": name, "value": seconds, "tone": tone}],
        "note": "" if well else run.status.value,
        "path": f"/runs/{run.id}",
    }
