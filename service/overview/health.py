"""Whether all is well: Temporal, the workers that poll, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.task_queues import Poller, task_queue


@dataclass(frozen=True)
class Health:
    """How things stand. `backlog` is the number of tasks that wait for a worker."""

    address: str
    namespace: str
    task_queue: str
    workers: tuple[Poller, ...]
    backlog: int


async def check(temporal: Temporal) -> Health:
    """Ask Temporal how things stand.

    Raises:
        TemporalUnavailable: it does not answer.
    """
    queue = await task_queue(temporal)
    return Health(
        address=temporal.address,
        namespace=temporal.client.namespace,
        task_queue=temporal.task_queue,
        workers=queue.pollers,
        backlog=queue.backlog,
    )
