"""Which tasks the list shows for its address, and what it shows if there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from onthedot.scheduling.task import Health, TaskStatus
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.sorting import TaskOrder
from onthedot.ui.components.markup import button, link
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.list_address import Known, ListAddress
from onthedot.ui.pages.list_page import EmptyState
from onthedot.ui.rows import KINDS, TASK_WORDS

#: The labels of the pills; "Active" stands for several, which health tells apart.
STATUSES = {
    TaskStatus.SCHEDULED.value: TASK_WORDS[TaskStatus.SCHEDULED],
    TaskStatus.RUNNING.value: TASK_WORDS[TaskStatus.RUNNING],
    Health.FAILING.value: "Failing or failed",
    Health.HEALTHY.value: "Healthy",
    Health.NEVER_RAN.value: "Never ran",
    TaskStatus.PAUSED.value: TASK_WORDS[TaskStatus.PAUSED],
    TaskStatus.COMPLETED.value: TASK_WORDS[TaskStatus.COMPLETED],
    TaskStatus.CANCELLED.value: TASK_WORDS[TaskStatus.CANCELLED],
    TaskStatus.DELETED.value: TASK_WORDS[TaskStatus.DELETED],
}

#: For links that were saved earlier.
_EARLIER = {TaskStatus.FAILED.value: Health.FAILING.value}

KNOWN: dict[str, Known] = {
    "q": None,
    "kind": KINDS,
    "status": {**STATUSES, **_EARLIER},
    "tag": None,
    "sort": set(TaskOrder),
}

#: Orders, named like the column whose head chooses them.
ORDERS = {
    TaskOrder.NAME.value: "By name",
    TaskOrder.NEXT_RUN.value: "By next run",
    TaskOrder.LAST_RUN.value: "By last run",
}


def chosen_filter(address: ListAddress) -> TaskFilter:
    """The filter of an address without unknown values."""
    status = _EARLIER.get(address["status"], address["status"])
    return TaskFilter(
        kind=address["kind"] or None,
        status=TaskStatus(status) if status in set(TaskStatus) else None,
        health=Health(status) if status in set(Health) else None,
        tags=address.tags,
        q=address["q"] or None,
    )


def no_tasks(context: PageContext, address: ListAddress) -> EmptyState:
    """For a list without tasks."""
    if address.is_filtered:
        whole = "Search finds whole words anywhere, and the start of a word of a name or id."
        return EmptyState(
            "search",
            "No task matches",
            whole if address["q"] else "",
            (lambda: button("Clear filters", lambda: context.go("/tasks")),),
        )
    return EmptyState(
        "calendar",
        "Nothing is scheduled yet",
        "A task is something to do, such as calling a URL, and when to do it: once, by a cron "
        "expression, or at an interval.",
        _ways_to_begin(context),
    )


def _ways_to_begin(context: PageContext) -> tuple[Callable[[], object], ...]:
    if context.why_not("create_task"):
        return ()
    return (
        lambda: link("New task", "/new", "btn primary", icon="plus"),
        lambda: link("Try a harmless one", "/new?action=log&trigger=interval", "btn"),
    )


def unread(why: Mapping[str, str]) -> str:
    """The tasks that a later release stored in a form that this one cannot show."""
    if not why:
        return ""
    few = list(why)[:5]
    more = f" and {len(why) - len(few):,} more" if len(why) > len(few) else ""
    return f"Not shown: {', '.join(few)}{more}. {why[few[0]]}"
