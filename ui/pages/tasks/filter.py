"""Which tasks the list shows, and in which order, as the address says."""

from __future__ import annotations

from onthedot.scheduling.task import Health, TaskStatus
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.sorting import TaskOrder
from onthedot.ui.pages.list_address import Known, ListAddress
from onthedot.ui.rows import KINDS, TASK_WORDS

#: What a pill says, and of what cannot be said in one pill, how the last run went.
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

#: Links that were kept from earlier.
_EARLIER = {TaskStatus.FAILED.value: Health.FAILING.value}

KNOWN: dict[str, Known] = {
    "q": None,
    "kind": KINDS,
    "status": {**STATUSES, **_EARLIER},
    "tag": None,
    "sort": set(TaskOrder),
}

#: Orders, as the column says whose head chooses it.
ORDERS = {
    TaskOrder.NAME.value: "By name",
    TaskOrder.NEXT_RUN.value: "By next run",
    TaskOrder.LAST_RUN.value: "By last run",
}


def chosen_filter(address: ListAddress) -> TaskFilter:
    """The filter that an address without unknown values asks for."""
    status = _EARLIER.get(address["status"], address["status"])
    return TaskFilter(
        kind=address["kind"] or None,
        status=TaskStatus(status) if status in set(TaskStatus) else None,
        health=Health(status) if status in set(Health) else None,
        tags=address.tags,
        q=address["q"] or None,
    )
