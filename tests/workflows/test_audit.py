"""The standing audit: it finds what was done behind our back, once, and has it mended."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Coroutine
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar, cast
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Worker

from onthedot import naming
from onthedot.activities.audit_ledgers import LEDGER_GAPS, AuditActivities
from onthedot.scheduling.action import CommandAction, LogAction
from onthedot.scheduling.ledger.audit_report import (
    AUDIT_AFTER,
    AUDIT_EVERY,
    MOST_MISSED,
    MOST_PUT_OFF,
    AuditOrder,
    AuditPlan,
    AuditReport,
    Finding,
    Missed,
    Suspect,
    span,
)
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.notify import Notify
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.task import NewTask
from onthedot.scheduling.trigger import IntervalTrigger
from onthedot.service.incidents.not_run import Found, NotRun
from onthedot.service.ledger.audit import Audit
from onthedot.service.ledger.audit_schedule import ensure_audit
from onthedot.service.ledger.audit_walk import walk
from onthedot.service.ledger.recurring import RecurringTasks
from onthedot.service.ledger.task_evidence import read_schedule_evidence
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import RPC_TIMEOUT, Temporal
from tests.activities.receiver import open_receiver
from tests.waiting import eventually, until

pytestmark = pytest.mark.anyio

V = TypeVar("V")

EVERY_SECOND = IntervalTrigger(every=timedelta(seconds=1))
SETTLED = timedelta(seconds=11)
T = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def _started(temporal: Temporal, **more: Any) -> str:
    """A task that runs every second, and has done so."""
    task_id = f"audit-{uuid4().hex[:10]}"
    fields: dict[str, Any] = {"trigger": EVERY_SECOND, "action": LogAction(message="hello"), **more}
    await Tasks(temporal).create(NewTask(id=task_id, **fields), by="t")
    await _succeeded(temporal, task_id, 2)
    return task_id


async def _succeeded(temporal: Temporal, task_id: str, count: int) -> None:
    which = RunFilter(task_id=task_id, status=RunStatus.SUCCEEDED)

    async def enough() -> bool:
        return await RunList(temporal).count(which) >= count

    await eventually(enough)


async def _of(temporal: Temporal, order: AuditOrder, task_id: str) -> list[Finding]:
    audited = await Audit(temporal).audit(order)
    return [finding for finding in audited.findings if finding.task == task_id]


async def test_gaps_are_found_mended_and_told(temporal: Temporal, worker: Worker) -> None:
    async with open_receiver() as receiver:
        began = temporal.now()
        well = await _started(temporal)
        ill = await _started(temporal, notify=Notify(url=receiver.url("/echo")))
        schedule = temporal.client.get_schedule_handle(naming.schedule(ill))
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
        after = await _of(temporal, later, ill)
        for task_id in (well, ill):
            await Tasks(temporal).delete(task_id, by="t")
    assert [f for f in audited.findings if f.task == well] == []
    found = [f for f in audited.findings if f.task == ill]
    assert {f.reason for f in found} == {Reason.SCHEDULE_PAUSED}
    assert len(found) in (2, 3)
    assert all(paused_at - timedelta(seconds=1) < f.at <= order.until for f in found)
    (told,) = [wanted for wanted in audited.notifications if wanted.task_id == ill]
    assert isinstance(told.action.body, dict)
    assert told.action.body["event"] == "missed"
    assert told.action.body["missed"] == len(found)
    assert after == []


async def test_what_a_policy_skips_or_what_is_still_running_is_no_gap(
    temporal: Temporal, worker: Worker
) -> None:
    began = temporal.now()
    task_id = await _started(temporal, action=CommandAction(argv=("sleep", "2.5")))
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
    await _succeeded(temporal, task_id, 1)
    end = temporal.now() + timedelta(seconds=5)
    await until(end)
    audited = await Audit(temporal).audit(AuditOrder(since=began, until=end))
    put_off = [s for s in audited.report.suspects if s.task_id == task_id]
    assert put_off
    again = AuditOrder(since=end, until=end, suspects=tuple(put_off))
    await until(end + SETTLED)
    assert await _of(temporal, again, task_id) == []
    await Tasks(temporal).delete(task_id, by="t")


async def test_a_terminated_task_is_found_once(temporal: Temporal, worker: Worker) -> None:
    began = temporal.now()
    task_id = await _started(temporal)
    await temporal.client.get_workflow_handle(naming.task_workflow(task_id)).terminate("by hand")
    await temporal.client.get_schedule_handle(naming.schedule(task_id)).delete()
    end = temporal.now()
    order = AuditOrder(since=began, until=end)

    async def found() -> list[Finding]:
        return await _of(temporal, order, task_id)

    findings = await eventually(found)
    next_one = AuditOrder(since=end, until=temporal.now())
    assert Reason.TASK_TERMINATED in {finding.reason for finding in findings}
    assert await _of(temporal, next_one, task_id) == []


@pytest.fixture
async def auditing(temporal: Temporal) -> AsyncIterator[Temporal]:
    """A worker on a queue of its own that runs the standing audit."""
    queue = f"audits-{uuid4().hex[:8]}"
    own = Temporal(temporal.client, temporal.settings.model_copy(update={"task_queue": queue}))
    audits = AuditActivities(own.client, Audit(own))
    async with Worker(own.client, task_queue=queue, activities=[audits.audit]):
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

    await eventually(logged, 40)
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
    task_id = await _started(temporal, action=CommandAction(argv=("sleep", "2.5")))
    not_run = NotRun(temporal)

    async def known() -> Found | None:
        found = await not_run.read(began, temporal.now(), {task_id})
        return found if len(found.instants) > 2 else None

    found = await eventually(known, 40)
    await Tasks(temporal).delete(task_id, by="t")
    assert found is not None
    assert {one.reason for one in found.instants} == {Reason.OVERLAP}
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


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=30))
def test_audits_follow_each_other_without_a_hole(gaps: list[int]) -> None:
    plan, last, at = AuditPlan(), None, T
    for seconds in gaps:
        at += timedelta(seconds=seconds)
        order = span(at, plan, last)
        if last is not None:
            missed_day = at - plan.after - timedelta(days=1)
            assert order.since == max(last.until, missed_day) or order.since == order.until
        assert order.since <= order.until <= at - plan.after or order.until == order.since
        assert order.until - order.since <= timedelta(days=1)
        last = AuditReport(since=order.since, until=order.until)


def test_what_was_missed_is_known_within_five_minutes() -> None:
    # The audit itself takes a part of the half minute that is left.
    assert timedelta(minutes=4, seconds=30) >= AUDIT_EVERY + AUDIT_AFTER


def test_what_was_put_off_is_handed_on() -> None:
    suspect = Suspect(task_id="x", since=T, until=T)
    last = AuditReport(since=T, until=T + timedelta(minutes=5), suspects=(suspect,), after="m")
    order = span(T + timedelta(minutes=12), AuditPlan(), last)
    assert (order.suspects, order.after) == ((suspect,), "m")
    # What is left out of a day later is not gone on with.
    assert span(T + timedelta(days=3), AuditPlan(), last).after == ""


async def test_a_report_of_the_worst_outage_is_one_that_temporal_takes(temporal: Temporal) -> None:
    at = T + timedelta(microseconds=123457)
    suspects = tuple(
        Suspect(task_id=f"{number:0128}", since=at, until=at) for number in range(MOST_PUT_OFF)
    )
    missed = tuple(
        Missed(
            task_id=f"{number:0128}",
            at=at,
            state=LedgerState.UNKNOWN,
            reason=Reason.SCHEDULE_MISSING,
        )
        for number in range(MOST_MISSED)
    )
    report = AuditReport(since=T, until=T, suspects=suspects, missed=missed, after="x" * 128)
    (payload,) = await temporal.client.data_converter.encode([report])
    assert payload.ByteSize() < 2 * 1024 * 1024
    (back,) = await temporal.client.data_converter.decode([payload], [AuditReport])
    assert back == report


def test_reports_of_earlier_releases_are_read() -> None:
    few = {"task_id": "x", "instants": [T.isoformat(), (T + timedelta(hours=1)).isoformat()]}
    many = {"task_id": "x", "first": T.isoformat(), "steps": [60, 3540]}
    whole = {"task_id": "x", "instants": [], "since": T.isoformat(), "until": T.isoformat()}
    before = T - timedelta(microseconds=1)
    for stored in (few, many):
        read = Suspect.model_validate(stored)
        assert (read.since, read.until) == (before, T + timedelta(hours=1))
    assert Suspect.model_validate(whole) == Suspect(task_id="x", since=T, until=T)


class _Slow(Temporal):
    """A Temporal that leaves every third call unanswered, and counts the others."""

    def __init__(self, temporal: Temporal) -> None:
        super().__init__(temporal.client, temporal.settings)
        object.__setattr__(self, "calls", 0)
        object.__setattr__(self, "answered", 0)

    calls: int
    answered: int

    async def ask(self, call: Awaitable[V], within: timedelta = RPC_TIMEOUT) -> V:
        object.__setattr__(self, "calls", self.calls + 1)
        if self.calls % 3 == 0:
            cast(Coroutine[Any, Any, V], call).close()
            raise TemporalUnavailable("nowhere")
        answer = await super().ask(call, within)
        object.__setattr__(self, "answered", self.answered + 1)
        return answer


async def test_a_slow_page_does_not_begin_the_walk_again(
    temporal: Temporal, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Pages of one, so that few tasks are many pages.
    for module in ("temporal.rows", "ledger.recurring"):
        monkeypatch.setattr(f"onthedot.service.{module}.PAGE", 1)
    monkeypatch.setattr("onthedot.service.temporal.rows._PAUSE", timedelta(milliseconds=1))
    began = temporal.now()
    names = [f"audit-{uuid4().hex[:10]}" for _ in range(5)]
    tasks = Tasks(temporal)
    for name in names:
        new = NewTask(id=name, trigger=EVERY_SECOND, action=LogAction(message="hello"))
        await tasks.create(new, by="t")
    for name in names:
        await _succeeded(temporal, name, 2)
        await tasks.pause(name, by="t")
    end = began + timedelta(seconds=2)

    async def listed_as_changed() -> bool:
        walked = await walk(temporal, RecurringTasks(temporal), began, end)
        return {name for name in names if walked.differing.get(name) == (began, end)} == set(names)

    await eventually(listed_as_changed)
    quick, slow = _Slow(temporal), _Slow(temporal)
    object.__setattr__(quick, "calls", -(10**9))
    walked = [
        await walk(each, RecurringTasks(each, patient=True), began, end, patient=True)
        for each in (quick, slow)
    ]
    assert walked[0] == walked[1]
    assert slow.answered == quick.answered
    assert slow.calls > slow.answered > 10
    for name in names:
        await tasks.delete(name, by="t")


async def test_a_task_that_cannot_be_read_now_is_put_off(
    temporal: Temporal, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = temporal.now()
    task_id = await _started(temporal)
    await Tasks(temporal).pause(task_id, by="t")
    end = temporal.now()
    audit = Audit(temporal)

    # That exactly one task cannot be read is more than a real Temporal can be made to do.
    async def away(*_: object) -> None:
        raise TemporalUnavailable("nowhere")

    monkeypatch.setattr(audit._ledger, "of", away)
    audited = await audit.audit(AuditOrder(since=began, until=end))
    (put_off,) = [s for s in audited.report.suspects if s.task_id == task_id]
    assert (put_off.since, put_off.until) == (began, end)
    await Tasks(temporal).delete(task_id, by="t")


async def test_what_there_is_no_time_for_is_gone_on_with(
    temporal: Temporal, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No time at all, where a real audit runs out of it after thousands of tasks.
    monkeypatch.setattr("onthedot.service.ledger.audit._READS_FOR", timedelta(0))
    monkeypatch.setattr("onthedot.service.ledger.audit._BATCH", 1)
    began = temporal.now()
    names = sorted([await _started(temporal) for _ in range(3)])
    for name in names:
        await temporal.client.get_schedule_handle(naming.schedule(name)).pause()
    paused_at = temporal.now()
    end = paused_at + timedelta(seconds=3)
    await until(end + SETTLED)
    audit, found, steps = Audit(temporal), set[tuple[str, datetime]](), 0
    order = AuditOrder(since=began, until=end)
    while order.since < end and steps < 100:
        audited = await audit.audit(order)
        report, steps = audited.report, steps + 1
        ours = {(each.task, each.at) for each in audited.findings if each.task in names}
        assert not found & ours
        found |= ours
        assert (report.until, report.after) > (order.since, order.after)
        order = AuditOrder(
            since=report.until, until=end, suspects=report.suspects, after=report.after
        )
    for name in names:
        await Tasks(temporal).delete(name, by="t")
    assert steps >= 3
    assert {name for name, _ in found} == set(names)
