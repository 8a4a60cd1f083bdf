"""One task: what it does and when, its next runs, how its last ones went, and what can be done."""

from __future__ import annotations

from typing import Any

from nicegui import ui
from nicegui.element import Element

from scheduling.errors import TaskNotFound
from scheduling.task import Task, TaskStatus
from ui.components.markup import (
    box,
    button,
    empty,
    href,
    link,
    named,
    outside_link,
    skeleton,
    text,
)
from ui.components.small import Icon, When
from ui.desk import Desk
from ui.pages.task_actions import ask_delete, ask_pause, resume, run_now
from ui.pages.task_details import show_details
from ui.pages.task_next import show_next_runs
from ui.pages.task_runs import show_runs
from ui.reads import TaskDetail, task_detail
from ui.rows import run_row, task_status, words
from ui.watches import Seen


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

    def show(seen: Seen[TaskDetail]) -> None:
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
                show_next_runs(desk, found.task)
                show_details(found.task)
        if shown.get("runs") != runs:
            shown["runs"] = runs
            show_runs(log, found, runs)

    desk.live(("task", task_id), lambda: task_detail(desk.house.temporal, task_id), show)


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


def _show_head(desk: Desk, found: TaskDetail) -> None:
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
