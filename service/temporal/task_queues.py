"""Describes task queues: who polls them, and how much waits in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from onthedot.service.temporal.calls import Temporal

#: A poll lasts a minute at most, so a live worker polled within this time.
SEEN_WITHIN = timedelta(minutes=2)


class QueueKind(Enum):
    """What waits in a queue."""

    WORKFLOW = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    ACTIVITY = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY


@dataclass(frozen=True)
class Poller:
    """A worker, as Temporal remembers its last poll."""

    identity: str
    last_seen: datetime


@dataclass(frozen=True)
class Queue:
    """A task queue. `backlog` is about how many tasks wait in it."""

    pollers: tuple[Poller, ...]
    backlog: int

    def present(self, at: datetime) -> tuple[Poller, ...]:
        """The pollers that may still be there at `at`."""
        return tuple(poller for poller in self.pollers if poller.last_seen >= at - SEEN_WITHIN)


async def task_queue(
    temporal: Temporal,
    kind: QueueKind = QueueKind.WORKFLOW,
    *,
    name: str | None = None,
    within: timedelta | None = None,
) -> Queue:
    """Describe a queue, by default that of this project's workers; latest poll first."""
    described = await temporal.ask(
        temporal.client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=temporal.client.namespace,
                task_queue=TaskQueue(name=name or temporal.task_queue),
                task_queue_type=kind.value,
                report_stats=True,
            ),
            retry=True,
        ),
        within,
    )
    pollers = [
        Poller(poller.identity, poller.last_access_time.ToDatetime(tzinfo=UTC))
        for poller in described.pollers
    ]
    pollers.sort(key=lambda poller: poller.last_seen, reverse=True)
    return Queue(tuple(pollers), described.stats.approximate_backlog_count)
