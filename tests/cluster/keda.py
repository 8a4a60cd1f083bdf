"""What KEDA's `temporal` scaler does, on this machine: it counts what waits, and starts and stops.

Numbers and rules are those of the chart: one Kubernetes pod is one worker process here.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from tests.faults.part import Part

_TYPES = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)


@dataclass
class Scaler:
    """Scales `workers`, of which the first always runs.

    Args:
        target: tasks that wait, for each worker.
        cooldown: seconds without need until one is given up.
    """

    client: Client
    queue: str
    workers: list[Part]
    target: int
    cooldown: float
    history: list[tuple[int, int]] = field(default_factory=list)
    """What waited and how many workers there were, at each look."""
    _needed_at: float = field(default_factory=time.monotonic)

    @property
    def running(self) -> list[Part]:
        return [worker for worker in self.workers if worker.running]

    async def look(self) -> None:
        """Counts, and brings the number of workers nearer to what is needed."""
        waiting = await self._waiting()
        running = self.running
        self.history.append((waiting, len(running)))
        wanted = min(max(math.ceil(waiting / self.target), 1), len(self.workers))
        if wanted >= len(running):
            self._needed_at = time.monotonic()
            for worker in [each for each in self.workers if not each.running][
                : wanted - len(running)
            ]:
                worker.start()
        elif time.monotonic() - self._needed_at > self.cooldown:
            self._needed_at = time.monotonic()
            running[-1].ask_to_stop()

    async def _waiting(self) -> int:
        total = 0
        for kind in _TYPES:
            described = await self.client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=self.client.namespace,
                    task_queue=TaskQueue(name=self.queue),
                    task_queue_type=kind,
                    report_stats=True,
                )
            )
            total += described.stats.approximate_backlog_count
        return total
