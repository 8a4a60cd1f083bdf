"""How a task's last runs went: how late and how long as charts, and each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from nicegui.element import Element

from onthedot.scheduling.run import RunStatus, ShortRun
from onthedot.scheduling.values import format_instant
from onthedot.ui.components.charts.charts import Chart
from onthedot.ui.components.markup import box, card, empty, link
from onthedot.ui.components.tables.tables import RunTable
from onthedot.ui.list_reads import ROWS
from onthedot.ui.reads import TaskDetail
from onthedot.ui.rows import took
from onthedot.ui.wording.durations import precise


def show_runs(log: Element, found: TaskDetail, rows: list[dict[str, Any]]) -> None:
    """Draw them, or only what changed."""
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
