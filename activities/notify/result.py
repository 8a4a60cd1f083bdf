"""How notifications ended: a log line and a metric, so that one that fails is seen."""

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

# A counter that is there from the start shows its first increase.
for _event in NotifyEvent:
    NOTIFICATIONS.labels(_event.value, "false")


@activity.defn(name=naming.NOTIFIED)
async def notified(told: Notified) -> None:
    """Write the line and count the notification. At least once."""
    level = logging.INFO if told.delivered else logging.ERROR
    log.log(level, told.model_dump_json())
    NOTIFICATIONS.labels(told.event.value, str(told.delivered).lower()).inc()
