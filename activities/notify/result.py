"""Records how notifications ended, in the log and as a metric, so that failures are seen."""

from __future__ import annotations

import logging

from prometheus_client import Counter
from temporalio import activity

from onthedot import naming
from onthedot.scheduling.notify import Notified, NotifyEvent

log = logging.getLogger("onthedot.notifications")

NOTIFICATIONS = Counter(
    "onthedot_notifications", "Notifications that ended.", ["event", "delivered"]
)

# Prometheus sees the first increase only of a counter that already exists.
for _event in NotifyEvent:
    NOTIFICATIONS.labels(_event.value, "false")


@activity.defn(name=naming.NOTIFIED)
async def notified(told: Notified) -> None:
    """Write the line and count the notification. At least once."""
    level = logging.INFO if told.delivered else logging.ERROR
    log.log(level, told.model_dump_json())
    NOTIFICATIONS.labels(told.event.value, str(told.delivered).lower()).inc()
