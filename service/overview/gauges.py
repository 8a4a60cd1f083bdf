"""Metrics read from Temporal for every scrape: the workers, and what waits for them."""

from __future__ import annotations

from prometheus_client import Gauge

from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.task_queues import QueueKind, task_queue

TEMPORAL_UP = Gauge("onthedot_temporal_up", "Whether Temporal responds: 1 or 0.")
WORKERS = Gauge("onthedot_workers", "Workers that polled within the last two minutes.")
BACKLOG = Gauge("onthedot_backlog", "Temporal tasks that wait for a worker.", ["type"])

_KINDS = {"workflow": QueueKind.WORKFLOW, "activity": QueueKind.ACTIVITY}


async def refresh(temporal: Temporal) -> None:
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
