"""Consecutive audits, and what they publish."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Worker

from onthedot import naming
from onthedot.activities.audit_ledgers import LEDGER_GAPS, AuditActivities
from onthedot.scheduling.action import CommandAction, LogAction
from onthedot.scheduling.ledger.audit_report import AuditPlan, AuditReport
from onthedot.scheduling.ledger.entries import Reason
from onthedot.scheduling.task import NewTask
from onthedot.scheduling.trigger import IntervalTrigger
from onthedot.service.incidents.not_run import MissedInstants, NotRun
from onthedot.service.ledger.audit import Audit
from onthedot.service.ledger.audit_schedule import ensure_audit
from onthedot.service.ledger.task_evidence import read_schedule_evidence
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.waiting import eventually, until
from tests.workers import on_its_own
from tests.workflows.audit.audited import SETTLED, started

pytestmark = pytest.mark.anyio


@pytest.fixture
async def auditing(temporal: Temporal) -> AsyncIterator[Temporal]:
    """A worker on a queue of its own that runs the standing audit."""
    own = on_its_own(temporal)
    audits = AuditActivities(own.client, Audit(own))
    async with Worker(own.client, task_queue=own.task_queue, activities=[audits.audit]):
        yield own
    await own.client.get_schedule_handle(naming.AUDIT_SCHEDULE).delete()


async def test_the_standing_audit_leaves_nothing_out_and_logs_each_gap_once(
    temporal: Temporal, worker: Worker, auditing: Temporal, caplog: pytest.LogCaptureFixture
) -> None:
    before = LEDGER_GAPS.labels(Reason.UNEXPECTED_RUN.value)._value.get()
    plan = AuditPlan(every=timedelta(seconds=2), after=SETTLED)
    await ensure_audit(auditing)
    await ensure_audit(auditing, plan)
    await ensure_audit(auditing, plan)
    trigger = IntervalTrigger(every=timedelta(hours=1), offset=timedelta(minutes=59))
    task_id = f"audit-{uuid4().hex[:10]}"
    task = NewTask(id=task_id, trigger=trigger, action=LogAction(message="hello"))
    await Tasks(temporal).create(task, by="t")
    registered_at = temporal.now()

    async def there() -> bool:
        return await read_schedule_evidence(temporal, task_id) is not None

    await eventually(there)
    await until(registered_at + timedelta(seconds=1.5))
    await temporal.client.get_schedule_handle(naming.schedule(task_id)).trigger()

    def lines() -> list[dict[str, Any]]:
        told = [r.getMessage() for r in caplog.records if r.name == "onthedot.gaps"]
        return [line for line in map(json.loads, told) if line["task"] == task_id]

    async def logged() -> bool:
        return bool(lines())

    await eventually(logged)
    reports = await _reports(auditing, 0)
    await eventually(lambda: _reports(auditing, len(reports) + 2))
    await Tasks(temporal).delete(task_id, by="t")
    (line,) = lines()
    assert (line["what"], line["reason"]) == ("gap", "unexpected_run")
    assert line["run"].startswith(task_id)
    assert LEDGER_GAPS.labels(Reason.UNEXPECTED_RUN.value)._value.get() == before + 1
    reports = await _reports(auditing, 3)
    for one, following in pairwise(reports):
        assert following.since == one.until


async def test_what_the_audits_found_is_known_without_a_look_at_the_tasks(
    temporal: Temporal, worker: Worker, auditing: Temporal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No time to look at the tasks themselves, as where they are too many.
    monkeypatch.setattr("onthedot.service.incidents.not_run._PATIENCE", timedelta(0))
    await ensure_audit(auditing, AuditPlan(every=timedelta(seconds=2), after=SETTLED))
    began = temporal.now()
    task_id = await started(temporal, action=CommandAction(argv=("sleep", "2.5")))
    not_run = NotRun(temporal)

    async def known() -> MissedInstants | None:
        found = await not_run.read(began, temporal.now(), {task_id})
        reasons = [one.reason for one in found.instants]
        return found if reasons.count(Reason.OVERLAP) > 2 else None

    found = await eventually(known)
    await Tasks(temporal).delete(task_id, by="t")
    assert found is not None
    # A busy worker comes to the task only after its first instants.
    assert {one.reason for one in found.instants} <= {Reason.OVERLAP, Reason.NO_WORKER}
    assert len({one.at for one in found.instants}) == len(found.instants)
    # The latest seconds were not looked at.
    assert not found.complete


async def _reports(auditing: Temporal, count: int) -> list[AuditReport]:
    """The reports of this queue's audits, oldest first; none while there are not so many."""
    query = f"WorkflowType = '{naming.AUDIT}' AND TaskQueue = '{auditing.task_queue}'"
    rows = [row async for row in auditing.client.list_workflows(query)]
    done = [row for row in rows if row.status is WorkflowExecutionStatus.COMPLETED]
    if len(done) < count:
        return []
    reports = []
    for row in done:
        handle = auditing.client.get_workflow_handle(row.id, run_id=row.run_id)
        reports.append(await handle.result())
    models = [AuditReport.model_validate(report) for report in reports]
    return sorted(models, key=lambda report: report.until)
