"""The standing audit finds damage by others, reports it once, and has it repaired."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.worker import Worker

from onthedot import naming
from onthedot.scheduling.action import CommandAction
from onthedot.scheduling.ledger.audit_report import AuditOrder, Finding
from onthedot.scheduling.ledger.entries import Reason
from onthedot.scheduling.notify import Notify
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.task import NewTask
from onthedot.service.ledger.audit import Audit
from onthedot.service.ledger.task_evidence import read_schedule_evidence
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import open_receiver
from tests.outcomes import succeeded
from tests.waiting import eventually, until
from tests.workflows.audit.audited import EVERY_SECOND, SETTLED, findings_of, started

pytestmark = pytest.mark.anyio


async def test_gaps_are_found_mended_and_told(temporal: Temporal, worker: Worker) -> None:
    async with open_receiver() as receiver:
        began = temporal.now()
        well = await started(temporal)
        ill = await started(temporal, notify=Notify(url=receiver.url("/echo")))
        schedule = temporal.client.get_schedule_handle(naming.schedule(ill))
        pausing = temporal.now()
        await schedule.pause(note="by hand")
        paused_at = temporal.now()
        await until(paused_at + timedelta(seconds=3) + SETTLED)
        order = AuditOrder(since=began, until=paused_at + timedelta(seconds=3))
        audited = await Audit(temporal).audit(order)

        async def mended() -> bool:
            seen = await read_schedule_evidence(temporal, ill)
            return seen is not None and not seen.paused

        await eventually(mended)
        mended_at = temporal.now()
        await until(mended_at + timedelta(seconds=3) + SETTLED)
        later = AuditOrder(since=mended_at, until=mended_at + timedelta(seconds=3))
        after = await findings_of(temporal, later, ill)
        for task_id in (well, ill):
            await Tasks(temporal).delete(task_id, by="t")
    assert [f for f in audited.findings if f.task == well] == []
    found = [f for f in audited.findings if f.task == ill]
    assert {f.reason for f in found} == {Reason.SCHEDULE_PAUSED}
    assert len(found) >= 2
    assert len({f.at for f in found}) == len(found)
    # What was due just before may have come to the schedule after the pause.
    assert all(pausing - timedelta(seconds=1) < f.at <= order.until for f in found)
    (told,) = [wanted for wanted in audited.notifications if wanted.task_id == ill]
    assert isinstance(told.action.body, dict)
    assert told.action.body["event"] == "missed"
    assert told.action.body["missed"] == len(found)
    assert after == []


async def test_what_a_policy_skips_or_what_is_still_running_is_no_gap(
    temporal: Temporal, worker: Worker
) -> None:
    began = temporal.now()
    task_id = await started(temporal, action=CommandAction(argv=("sleep", "2.5")))
    end = temporal.now()
    await until(end + SETTLED)
    audited = await Audit(temporal).audit(AuditOrder(since=began, until=end))
    await Tasks(temporal).delete(task_id, by="t")
    assert audited.report.instants >= 3
    assert [f for f in audited.findings if f.task == task_id] == []


async def test_what_is_not_settled_is_put_off(temporal: Temporal, worker: Worker) -> None:
    slow = CommandAction(argv=("sleep", "6"))
    began = temporal.now()
    task_id = f"audit-{uuid4().hex[:10]}"
    task = NewTask(id=task_id, trigger=EVERY_SECOND, action=slow, overlap=OverlapPolicy.BUFFER_ONE)
    await Tasks(temporal).create(task, by="t")
    await succeeded(temporal, task_id, 1)
    end = temporal.now() + timedelta(seconds=5)
    await until(end)
    audited = await Audit(temporal).audit(AuditOrder(since=began, until=end))
    put_off = [s for s in audited.report.suspects if s.task_id == task_id]
    assert put_off
    again = AuditOrder(since=end, until=end, suspects=tuple(put_off))
    await until(end + SETTLED)
    assert await findings_of(temporal, again, task_id) == []
    await Tasks(temporal).delete(task_id, by="t")


async def test_a_terminated_task_is_found_once(temporal: Temporal, worker: Worker) -> None:
    began = temporal.now()
    task_id = await started(temporal)
    await temporal.client.get_workflow_handle(naming.task_workflow(task_id)).terminate("by hand")
    await temporal.client.get_schedule_handle(naming.schedule(task_id)).delete()
    end = temporal.now()
    order = AuditOrder(since=began, until=end)

    async def found() -> list[Finding]:
        return await findings_of(temporal, order, task_id)

    findings = await eventually(found)
    next_one = AuditOrder(since=end, until=temporal.now())
    assert Reason.TASK_TERMINATED in {finding.reason for finding in findings}
    assert await findings_of(temporal, next_one, task_id) == []
