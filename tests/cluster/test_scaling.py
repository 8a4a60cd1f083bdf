"""Workers are scaled by the backlog, as KEDA does, without losing a run."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass, field

import pytest
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from tests.cluster.deployment import Deployment
from tests.cluster.test_faults import PATIENCE_SECONDS
from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.verdict import judge
from tests.faults.judging.wave import Wave
from tests.faults.part import Part

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]

_TARGET = 20
_COOLDOWN_SECONDS = 8.0
_BURST = 300
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


async def test_workers_follow_the_backlog_to_the_top_and_back_to_one(
    deployment: Deployment, receiving: Receiving, table: FaultTable
) -> None:
    for spare in deployment.workers[1:]:
        spare.ask_to_stop()
        await asyncio.to_thread(spare.wait, 60)
    client = await Client.connect(deployment.temporal_address)
    scaler = Scaler(client, "onthedot", deployment.workers, _TARGET, _COOLDOWN_SECONDS)
    wave = Wave(deployment, receiving, slow=True)
    registering = asyncio.create_task(asyncio.to_thread(wave.register, once=_BURST))
    limit = time.monotonic() + PATIENCE_SECONDS
    while not registering.done() or not _back_to_one(scaler):
        assert time.monotonic() < limit, scaler.history
        await scaler.look()
        await asyncio.sleep(1)
    back = time.time()
    verdict = await asyncio.to_thread(judge, wave, back=back, patience=PATIENCE_SECONDS)
    assert max(waiting for waiting, _ in scaler.history) > _TARGET
    table.note("workers scaled from one to all and back to one in a burst", verdict)


def _back_to_one(scaler: Scaler) -> bool:
    most = max((running for _, running in scaler.history), default=1)
    return most > 1 and len(scaler.running) == 1
