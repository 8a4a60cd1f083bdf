"""Notifications of missed occurrences."""

from __future__ import annotations

from collections.abc import Sequence

from onthedot.scheduling.errors import TaskNotFound
from onthedot.scheduling.ledger.entries import LedgerEntry
from onthedot.scheduling.notify import NotificationOrder, NotifyEvent, message
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal


async def missed_notifications(
    temporal: Temporal, task_id: str, missed: Sequence[LedgerEntry]
) -> list[NotificationOrder]:
    """One notification for all that each task missed, if it asks for it: how many, and the last."""
    if not missed:
        return []
    try:
        definition = (await Tasks(temporal).state(task_id)).definition
    except TaskNotFound:
        return []
    notify, last = definition.notify, missed[-1]
    if notify is None or not notify.on_missed:
        return []
    run = {
        "id": None,
        "task_id": task_id,
        "status": "missed",
        "missed": len(missed),
        "error": {"type": last.reason, "message": last.detail},
        "scheduled_for": last.model_dump(mode="json")["at"],
    }
    body = message(NotifyEvent.MISSED, name=definition.name, failures=0, run=run)
    action = notify.action(body)
    return [NotificationOrder(event=NotifyEvent.MISSED, task_id=task_id, at=last.at, action=action)]
