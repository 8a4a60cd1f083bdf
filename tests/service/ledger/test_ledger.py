"""The ledger against a real server: what ran, what did not, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from temporalio.worker import Worker

from onthedot import naming
from onthedot.scheduling.errors import InvalidDefinition, TaskNotFound
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.task import NewTask, TaskDefinition
from onthedot.scheduling.trigger import CronTrigger, OnceTrigger
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import unique
from tests.outcomes import succeeded
from tests.service.ledger.accounts import EVERY_SECOND, EVERY_TWO, LOG, entries_of
from tests.waiting import eventually
from tests.workers import on_its_own

pytestmark = pytest.mark.anyio


async def test_a_recurring_task_accounts_for_every_second(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = unique("ledger")
    tasks = Tasks(temporal)
    # On a busy machine a run may take longer than a second.
    beside = OverlapPolicy.ALLOW_ALL
    await tasks.create(
        NewTask(id=task_id, trigger=EVERY_SECOND, action=LOG, overlap=beside), by="t"
    )
    await succeeded(temporal, task_id, 4)
    now = temporal.now()
    page = await Ledger(temporal).of(task_id, now - timedelta(hours=1), now + timedelta(seconds=20))
    await tasks.delete(task_id, by="t")
    at = [entry.at for entry in page.items]
    assert at == [at[0] + n * timedelta(seconds=1) for n in range(len(at))]
    assert at[0] - page.since < timedelta(seconds=1)
    assert set(page.counts) <= {LedgerState.RAN, LedgerState.RUNNING, LedgerState.PENDING}
    assert page.counts[LedgerState.RAN] >= 4
    for entry in page.items:
        if entry.run is not None:
            assert entry.run.scheduled_for == entry.at
    assert sum(page.counts.values()) == len(page.items)


async def test_a_task_that_is_paused_edited_and_resumed_has_no_gap(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = unique("ledger")
    tasks = Tasks(temporal)
    # On a busy machine, a run may take longer than a second.
    overlap = OverlapPolicy.ALLOW_ALL
    new = NewTask(id=task_id, trigger=EVERY_SECOND, action=LOG, overlap=overlap)
    await tasks.create(new, by="t")
    await succeeded(temporal, task_id, 2)
    await tasks.pause(task_id, by="t", note="being looked at")

    async def two_paused() -> bool:
        return sum(e.reason is Reason.PAUSED for e in await entries_of(temporal, task_id)) >= 2

    await eventually(two_paused)
    paused = await Ledger(temporal).why(task_id)
    assert paused.answer.startswith("It is paused, since ")
    assert "by t: being looked at" in paused.answer
    await tasks.resume(task_id, by="t")
    edit = TaskDefinition(trigger=EVERY_TWO, action=LOG, overlap=overlap)
    await tasks.replace(task_id, edit, by="t")

    async def edited() -> bool:
        entries = await entries_of(temporal, task_id)
        return any(e.revision == 4 and e.state is LedgerState.RAN for e in entries)

    await eventually(edited)
    entries = await entries_of(temporal, task_id)
    await tasks.delete(task_id, by="t")
    skipped = [entry for entry in entries if entry.state is LedgerState.SKIPPED]
    assert {entry.reason for entry in skipped} <= {Reason.PAUSED, Reason.EDITED}
    assert sum(entry.reason is Reason.PAUSED for entry in skipped) >= 2
    assert not [entry for entry in entries if entry.state is LedgerState.UNKNOWN]
    assert {entry.revision for entry in entries} >= {1, 2, 4}


async def test_a_finished_task_that_was_armed_again_keeps_its_past(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = unique("ledger")
    tasks = Tasks(temporal)
    at = temporal.now().replace(microsecond=0) + timedelta(seconds=1)
    await tasks.create(NewTask(id=task_id, trigger=OnceTrigger(at=at), action=LOG), by="t")
    await succeeded(temporal, task_id, 1)
    await tasks.replace(task_id, TaskDefinition(trigger=EVERY_SECOND, action=LOG), by="t")
    await succeeded(temporal, task_id, 3)
    entries = await entries_of(temporal, task_id)
    await tasks.delete(task_id, by="t")
    assert entries[0].at == at
    assert (entries[0].state, entries[0].revision) == (LedgerState.RAN, 1)
    assert {entry.revision for entry in entries[1:]} == {2}
    assert not [entry for entry in entries if entry.state is LedgerState.UNKNOWN]


async def test_a_task_that_no_worker_takes_up_says_so(temporal: Temporal) -> None:
    lonely = on_its_own(temporal)
    once, often = unique("ledger"), unique("ledger")
    past = temporal.now() - timedelta(minutes=1)
    await Tasks(lonely).create(NewTask(id=once, trigger=OnceTrigger(at=past), action=LOG), by="t")
    await Tasks(lonely).create(NewTask(id=often, trigger=EVERY_SECOND, action=LOG), by="t")
    entries = await entries_of(lonely, once)
    assert [(e.at, e.state, e.reason) for e in entries] == [
        (past, LedgerState.LATE, Reason.NO_WORKER)
    ]
    assert "no worker had processed the task" in (await Ledger(lonely).why(once)).answer
    await eventually(partial(entries_of, lonely, often))
    assert {entry.state for entry in await entries_of(lonely, often)} == {LedgerState.PENDING}
    for task_id in (once, often):
        handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))
        await handle.terminate("the test is over")


async def test_a_span_must_make_sense(temporal: Temporal, worker: Worker) -> None:
    task_id = unique("ledger")
    tasks, ledger = Tasks(temporal), Ledger(temporal)
    await tasks.create(NewTask(id=task_id, trigger=EVERY_SECOND, action=LOG), by="t")
    now = temporal.now()
    with pytest.raises(InvalidDefinition, match="since"):
        await ledger.of(task_id, now, now - timedelta(hours=1))
    with pytest.raises(InvalidDefinition, match="choose a shorter span"):
        await ledger.of(task_id, now, now + timedelta(hours=3))
    long_ago = await ledger.of(task_id, now - timedelta(days=300), now - timedelta(days=299))
    assert long_ago.items == ()
    await tasks.delete(task_id, by="t")
    with pytest.raises(TaskNotFound):
        await ledger.of(task_id)
    with pytest.raises(TaskNotFound):
        await ledger.why(task_id)


async def test_why_is_answered_for_any_instant(temporal: Temporal, worker: Worker) -> None:
    task_id = unique("ledger")
    tasks, ledger = Tasks(temporal), Ledger(temporal)
    trigger = CronTrigger(expression="0 9 * * *")
    await tasks.create(NewTask(id=task_id, trigger=trigger, action=LOG), by="t")
    tomorrow = (temporal.now() + timedelta(days=1)).date()
    nine = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 9, tzinfo=UTC)
    due = await ledger.why(task_id, nine)
    beside = await ledger.why(task_id, nine + timedelta(hours=1))
    before = await ledger.why(task_id, nine - timedelta(days=30))
    lately = await ledger.why(task_id)
    await tasks.delete(task_id, by="t")
    assert (due.state, due.answer) == (
        LedgerState.PENDING,
        f"The occurrence of {nine:%Y-%m-%dT%H:%M:%SZ} is still to come.",
    )
    assert "It is not due at" in beside.answer
    assert f"before it at {nine:%Y-%m-%dT%H:%M:%SZ}" in beside.answer
    assert before.answer.startswith("It was registered only at ")
    assert lately.answer.startswith("It was not due yet: it is due at ")
