"""Health: Temporal, the polling workers, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import Gauge

from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.task_queues import Poller, QueueKind, task_queue

TEMPORAL_UP = Gauge("onthedot_temporal_up", "Whether Temporal responds: 1 or 0.")
WORKERS = Gauge("onthedot_workers", "Workers that polled within the last two minutes.")
BACKLOG = Gauge("onthedot_backlog", "Temporal tasks that wait for a worker.", ["type"])

_KINDS = {"workflow": QueueKind.WORKFLOW, "activity": QueueKind.ACTIVITY}


@dataclass(frozen=True)
class SystemHealth:
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

    def is_like(self, other: SystemHealth) -> bool:
        """Whether nothing changed, apart from the times of polls."""

        def told(state: SystemHealth) -> tuple[object, ...]:
            return (sorted(each.identity for each in state.workers), state.present, state.backlog)

        return told(self) == told(other)


async def check(temporal: Temporal) -> SystemHealth:
    """Read the current health."""
    queue = await task_queue(temporal)
    return SystemHealth(
        address=temporal.address,
        namespace=temporal.client.namespace,
        task_queue=temporal.task_queue,
        workers=queue.pollers,
        backlog=queue.backlog,
        present=tuple(sorted(each.identity for each in queue.present(temporal.now()))),
    )


async def refresh_gauges(temporal: Temporal) -> None:
    """Update the gauges. If Temporal is unreachable, `onthedot_temporal_up` is 0, and the others
    keep their values."""
    try:
        for name, kind in _KINDS.items():
            queue = await task_queue(temporal, kind)
            BACKLOG.labels(name).set(queue.backlog)
            if kind is QueueKind.WORKFLOW:
                WORKERS.set(len(queue.present(temporal.now())))
    except TemporalUnavailable:
        TEMPORAL_UP.set(0)
    else:
        TEMPORAL_UP.set(1)
