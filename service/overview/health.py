"""Whether all is well: Temporal, the workers that poll, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from onthedot.service.temporal.calls import Temporal


@dataclass(frozen=True)
class WorkerSeen:
    """A worker, as Temporal remembers its last poll."""

    identity: str
    last_seen: datetime


@dataclass(frozen=True)
class Health:
    """How things stand. `backlog` is the number of tasks that wait for a worker."""

    address: str
    namespace: str
    task_queue: str
    workers: tuple[WorkerSeen, ...]
    backlog: int


async def check(temporal: Temporal) -> Health:
    """Ask Temporal how things stand.

    Raises:
        TemporalUnavailable: it does not answer.
    """
    described = await temporal.ask(
        temporal.client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=temporal.client.namespace,
                task_queue=TaskQueue(name=temporal.task_queue),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
                report_stats=True,
            )
        )
    )
    workers = [
        WorkerSeen(poller.identity, poller.last_access_time.ToDatetime(tzinfo=UTC))
        for poller in described.pollers
    ]
    workers.sort(key=lambda worker: worker.last_seen, reverse=True)
    return Health(
        address=temporal.address,
        namespace=temporal.client.namespace,
        task_queue=temporal.task_queue,
        workers=tuple(workers),
        backlog=described.stats.approximate_backlog_count,
    )
