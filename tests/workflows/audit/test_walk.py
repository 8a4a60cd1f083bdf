"""The walk over all tasks: slow pages, unreadable tasks, and too little time."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import uuid4

import pytest
from temporalio.worker import Worker

from onthedot import naming
from onthedot.scheduling.action import LogAction
from onthedot.scheduling.ledger.audit_report import AuditOrder
from onthedot.scheduling.ledger.entries import LedgerPage
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.task import NewTask
from onthedot.service.ledger.audit import Audit
from onthedot.service.ledger.audit_walk import walk
from onthedot.service.ledger.recurring import RecurringTasks
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.outcomes import succeeded
from tests.run_log import lists_caught_up
from tests.waiting import eventually, until
from tests.workflows.audit.audited import EVERY_SECOND, SETTLED, started

pytestmark = pytest.mark.anyio

V = TypeVar("V")


class _Slow(Temporal):
    """A Temporal that leaves every third call unanswered, and counts the others."""

    def __init__(self, temporal: Temporal) -> None:
        super().__init__(temporal.client, temporal.settings, rpc_timeout=temporal.rpc_timeout)
        object.__setattr__(self, "calls", 0)
        object.__setattr__(self, "answered", 0)

    calls: int
    answered: int

    async def ask(self, call: Awaitable[V], within: timedelta | None = None) -> V:
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
        await succeeded(temporal, name, 2)
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
    task_id = await started(temporal)
    await Tasks(temporal).pause(task_id, by="t")
    await lists_caught_up(temporal.client)
    end = temporal.now()
    audit = Audit(temporal)

    # That exactly one task cannot be read is more than a real Temporal can be made to do.
    read = audit._ledger.of

    async def away(asked: str, *period: datetime, **more: Any) -> LedgerPage:
        if asked == task_id:
            raise TemporalUnavailable("nowhere")
        return await read(asked, *period, **more)

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
    names = sorted([await started(temporal) for _ in range(3)])
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
