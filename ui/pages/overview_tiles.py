"""The numbers at the top of the overview; each leads to what it counts."""

from __future__ import annotations

from dataclasses import dataclass

from service import health
from service.due_next import DueNext
from service.overview import HourCount, Sample, TaskCounts
from ui.components.markup import box, href, named, text
from ui.components.small import When
from ui.durations import precise


@dataclass(frozen=True)
class Overview:
    """All that the overview shows, read together."""

    hours: list[HourCount]
    running: int
    tasks: TaskCounts
    sample: Sample
    due: DueNext
    health: health.Health


def show_tiles(shown: Overview) -> None:
    """Draw them."""
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
