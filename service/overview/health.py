"""Health: Temporal, the polling workers, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.task_queues import Poller, task_queue


@dataclass(frozen=True)
class Health:
    """The current state. `backlog` is the number of tasks that wait for a worker."""

    address: str
    namespace: str
    task_queue: str
    workers: tuple[Poller, ...]
    backlog: int
    present: tuple[str, ...] = ()
    """The identities of the workers that polled a moment ago."""

    @property
    def ready(self) -> tuple[Poller, ...]:
        """The workers that polled a moment ago: Temporal remembers a killed one for minutes."""
        return tuple(each for each in self.workers if each.identity in self.present)

    def is_like(self, other: Health) -> bool:
        """Whether nothing changed, apart from the times of polls."""

        def told(state: Health) -> tuple[object, ...]:
            return (sorted(each.identity for each in state.workers), state.present, state.backlog)

        return told(self) == told(other)


async def check(temporal: Temporal) -> Health:
    """Read the current health."""
    queue = await task_queue(temporal)
    return Health(
        address=temporal.address,
        namespace=temporal.client.namespace,
        task_queue=temporal.task_queue,
        workers=queue.pollers,
        backlog=queue.backlog,
        present=tuple(sorted(each.identity for each in queue.present(temporal.now()))),
    )
