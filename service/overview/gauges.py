"""What only Temporal knows and every scrape should show: the workers, and what waits for them."""

from __future__ import annotations

from datetime import UTC, timedelta

from prometheus_client import Gauge
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from onthedot.scheduling.errors import TemporalUnavailable
from onthedot.service.temporal.calls import Temporal

TEMPORAL_UP = Gauge("onthedot_temporal_up", "Whether Temporal answers: 1 or 0.")
WORKERS = Gauge("onthedot_workers", "Workers that polled within the last two minutes.")
BACKLOG = Gauge("onthedot_backlog", "Tasks of Temporal's that wait for a worker.", ["type"])

#: A poll lasts a minute at most, so a worker that is there was seen by then.
_SEEN_WITHIN = timedelta(minutes=2)

_TYPES = {
    "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}


async def refresh(temporal: Temporal) -> None:
    """Bring the gauges up to date. Where Temporal is away, `onthedot_temporal_up` says so, and the
    others keep their last value."""
    try:
        for name, queue_type in _TYPES.items():
            described = await temporal.ask(
                temporal.client.workflow_service.describe_task_queue(
                    DescribeTaskQueueRequest(
                        namespace=temporal.client.namespace,
                        task_queue=TaskQueue(name=temporal.task_queue),
                        task_queue_type=queue_type,
                        report_stats=True,
                    )
                )
            )
            BACKLOG.labels(name).set(described.stats.approximate_backlog_count)
            if name == "workflow":
                oldest = temporal.now() - _SEEN_WITHIN
                polls = [p.last_access_time.ToDatetime(tzinfo=UTC) for p in described.pollers]
                WORKERS.set(sum(at >= oldest for at in polls))
    except TemporalUnavailable:
        TEMPORAL_UP.set(0)
    else:
        TEMPORAL_UP.set(1)
