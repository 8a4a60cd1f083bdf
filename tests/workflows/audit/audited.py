"""Tasks for audits, and what one of them is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from onthedot.scheduling.action import LogAction
from onthedot.scheduling.ledger.audit_report import AuditOrder, Finding
from onthedot.scheduling.task import NewTask
from onthedot.scheduling.trigger import IntervalTrigger
from onthedot.service.ledger.audit import Audit
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.outcomes import succeeded

EVERY_SECOND = IntervalTrigger(every=timedelta(seconds=1))
SETTLED = timedelta(seconds=11)


async def started(temporal: Temporal, **more: Any) -> str:
    """A task that runs every second, and has done so."""
    task_id = f"audit-{uuid4().hex[:10]}"
    fields: dict[str, Any] = {"trigger": EVERY_SECOND, "action": LogAction(message="hello"), **more}
    await Tasks(temporal).create(NewTask(id=task_id, **fields), by="t")
    await succeeded(temporal, task_id, 2)
    return task_id


async def findings_of(temporal: Temporal, order: AuditOrder, task_id: str) -> list[Finding]:
    audited = await Audit(temporal).audit(order)
    return [finding for finding in audited.findings if finding.task == task_id]
