"""The page of one task: what it does and when, its next and last runs, its actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from onthedot.scheduling.errors import OnTheDotError, TaskNotFound
from onthedot.scheduling.task import Health, Task, TaskStatus
from onthedot.ui.components.markup import (
    box,
    button,
    empty,
    href,
    link,
    locked,
    named,
    outside_link,
    skeleton,
    text,
)
from onthedot.ui.components.small import Icon, When
from onthedot.ui.files.copy_as import show_as_text
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.task.actions import ask_delete, ask_pause, resume, run_now
from onthedot.ui.pages.task.backfill import ask_backfill, show_backfills
from onthedot.ui.pages.task.details import show_details
from onthedot.ui.pages.task.gone import show_gone
from onthedot.ui.pages.task.history import HistoryCard
from onthedot.ui.pages.task.ledger import show_ledger
from onthedot.ui.pages.task.runs import show_next_runs, show_runs
from onthedot.ui.reads import TaskDetail, task_detail
from onthedot.ui.rows import can_pause, run_row, task_status, words
from onthedot.ui.watches import Seen
from onthedot.ui.wording.errors import nothing_to_show


def task_page(context: PageContext, query: dict[str, str], task_id: str) -> None:
    """Build the page."""
    head = box("stack")
    with box("grid main-aside").style("margin-top: 16px"):
        with box("stack"):
            log, history = box("stack"), box()
        side = box("stack")
    with side:
        show_backfills(context, task_id)
    with head:
        skeleton(60)
    with log:
        skeleton(320)
    page: _TaskPage | None = None
    gone = False

    def show(seen: Seen[TaskDetail]) -> None:
        nonlocal page, gone
        if isinstance(seen.error, TaskNotFound):
            if not gone:
                for place in (head, log, history, side):
                    place.clear()
                show_gone(context, head, task_id)
            page, gone = None, True
        elif seen.value is not None:
            if page is None:
                head.clear()
                page = _TaskPage(context, head, log, history, side)
            page.show(seen.value)
            gone = False
        elif seen.error is not None:
            log.clear()
            _say_away(head, seen.error)

    context.live(("task", task_id), lambda: task_detail(context.site.temporal, task_id), show)


def _say_away(place: Element, error: OnTheDotError) -> None:
    place.clear()
    with place, box("card"):
        empty("triangle-alert", *nothing_to_show(error, "The task"), page=True)


class _TaskPage:
    """Redraws only what changed, so that buttons stay where they are."""

    def __init__(
        self,
        context: PageContext,
        head: Element,
        log: Element,
        history: Element,
        side: Element,
    ) -> None:
        self._context = context
        self._head = head
        self._log = log
        self._history_place = history
        self._history: HistoryCard | None = None
        with side:
            self._next, self._account, self._details = box(), box(), box("stack")
        self._task: Task | None = None
        self._coming: tuple[datetime, ...] = ()
        self._runs: list[dict[str, Any]] | None = None
        self._pill: TextElement | None = None

    def show(self, found: TaskDetail) -> None:
        """Show the task as it is now."""
        task, runs = found.task, [run_row(run) for run in found.runs]
        ui.page_title(f"{task.name} · On the Dot")
        if self._task is None:
            with self._account:
                show_ledger(self._context, task.id)
        if self._task is None or _still(task) != _still(self._task):
            self._show_head(task)
            self._details.clear()
            with self._details:
                show_details(task)
        if self._task is None or (found.coming, task.status) != (self._coming, self._task.status):
            self._coming = found.coming
            self._next.clear()
            with self._next:
                show_next_runs(task, found.coming, found.moved)
        if self._history is None:
            with self._history_place:
                self._history = HistoryCard(self._context, task.id)
        self._history.follow(task)
        if runs != self._runs:
            show_runs(self._log, found, runs)
        self._task, self._runs = task, runs
        status = task_status(task, found.runs)
        if self._pill is not None:
            self._pill.text = str(status["label"])
            live = " live" if status["live"] else ""
            self._pill.classes(replace=f"pill {status['tone']}{live}")

    def _show_head(self, task: Task) -> None:
        self._head.clear()
        with self._head:
            with box("head").style("margin-bottom: 0"):
                with box("titles"):
                    link("Tasks", "/tasks", "crumb", icon="chevron-left")
                    with box("row"):
                        text(task.name, tag="h1")
                        self._pill = text("", "pill")
                    text(words(task.trigger, task.id), "sub wrap", tag="p")
                    if task.description:
                        text(task.description, "sub wrap", tag="p")
                with box("actions"):
                    _buttons(self._context, task)
            if task.problem:
                with named(box("banner"), role="status").style("margin: 0"):
                    Icon("triangle-alert")
                    text(f"Its schedule does not match its definition: {task.problem}", "wrap")
            if task.status is TaskStatus.PAUSED and (task.note or task.paused_until):
                with box("banner").style("margin: 0"):
                    Icon("pause")
                    text(task.note or "Paused", "wrap")
                    if task.paused_at:
                        text(f"by {task.paused_by}", "muted")
                        When(task.paused_at)
                    if task.paused_until:
                        text("until ")
                        When(task.paused_until, "near")


def _still(task: Task) -> Task:
    """The task without the parts that change with every run."""
    status = TaskStatus.SCHEDULED if can_pause(task) else task.status
    changing = {"last_run": None, "next_runs": (), "health": Health.NEVER_RAN}
    return task.model_copy(update={**changing, "status": status})


def _buttons(context: PageContext, task: Task) -> None:
    no_run, no_pause = context.why_not("run_task"), context.why_not("pause_task")
    run = button(
        "Run now",
        lambda: run_now(context, task.id, task.name),
        "primary",
        icon="play",
        why_not=no_run,
    )
    named(run, data_key="r")
    if can_pause(task):
        pausing = button("Pause", lambda: ask_pause(context, task), icon="pause", why_not=no_pause)
        named(pausing, data_key="p")
    if task.status is TaskStatus.PAUSED:
        resuming = button(
            "Resume", lambda: resume(context, task), icon="circle-play", why_not=no_pause
        )
        named(resuming, data_key="p")
    if no_edit := context.why_not("replace_task"):
        locked("Edit", no_edit, icon="pencil")
        locked("", no_edit, icon="copy", aria="Duplicate")
    else:
        named(link("Edit", f"/tasks/{task.id}/edit", "btn", icon="pencil"), data_key="e")
        duplicate = named(box("btn icon-only", "a"), href=href(f"/new?from={task.id}"))
        with named(duplicate, aria_label="Duplicate", title="Duplicate"):
            Icon("copy")
    button("", lambda: show_as_text(context, task.id), icon="terminal", aria="Copy as text")
    if task.trigger.kind != "once":
        button(
            "",
            lambda: ask_backfill(context, task),
            icon="calendar",
            aria="Backfill",
            why_not=context.why_not("start_backfill"),
        )
    button(
        "",
        lambda: ask_delete(context, task, lambda: context.go("/tasks")),
        "danger",
        icon="trash-2",
        aria="Delete",
        why_not=context.why_not("delete_task"),
    )
    outside_link("In Temporal", task.links.temporal_ui, "btn ghost")
