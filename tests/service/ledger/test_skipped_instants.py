"""Instants that a policy, a limit or an exclusion skips have their reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.worker import Worker

from onthedot.scheduling.action import CommandAction
from onthedot.scheduling.ledger.entries import LedgerState, Reason, Why
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.task import NewTask, TaskStatus
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import unique
from tests.outcomes import in_status, succeeded
from tests.service.ledger.accounts import EVERY_SECOND, EVERY_TWO, LOG, entries_of
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def test_a_run_that_takes_too_long_skips_the_next_ones(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = unique("ledger")
    tasks = Tasks(temporal)
    slow = CommandAction(argv=("sleep", "3.5"))
    await tasks.create(NewTask(id=task_id, trigger=EVERY_SECOND, action=slow), by="t")
    await succeeded(temporal, task_id, 2)

    async def four_skipped() -> bool:
        entries = await entries_of(temporal, task_id)
        return sum(entry.state is LedgerState.SKIPPED for entry in entries) >= 4

    await eventually(four_skipped)

    async def overlapped() -> Why | None:
        # Temporal may also have been late, which has its own words.
        why = await Ledger(temporal).why(task_id)
        return why if "was still in progress and the overlap policy is skip" in why.answer else None

    why = await eventually(overlapped)
    entries = await entries_of(temporal, task_id)
    await tasks.delete(task_id, by="t")
    assert {entry.state for entry in entries} <= {
        LedgerState.RAN,
        LedgerState.RUNNING,
        LedgerState.SKIPPED,
        LedgerState.PENDING,
    }
    skipped = [entry for entry in entries if entry.state is LedgerState.SKIPPED]
    assert {entry.reason for entry in skipped} == {Reason.OVERLAP}
    assert why.at in {entry.at for entry in skipped}


async def test_with_a_buffer_every_instant_has_its_turn(temporal: Temporal, worker: Worker) -> None:
    task_id = unique("ledger")
    tasks = Tasks(temporal)
    task = NewTask(
        id=task_id,
        trigger=EVERY_TWO,
        action=CommandAction(argv=("sleep", "4")),
        overlap=OverlapPolicy.BUFFER_ALL,
    )
    await tasks.create(task, by="t")
    await succeeded(temporal, task_id, 2)

    async def waits() -> bool:
        entries = await entries_of(temporal, task_id)
        return (LedgerState.PENDING, Reason.OVERLAP) in {(e.state, e.reason) for e in entries}

    await eventually(waits)
    entries = await entries_of(temporal, task_id)
    await tasks.delete(task_id, by="t")
    states = [entry.state for entry in entries]
    assert states[:2] == [LedgerState.RAN] * 2
    assert {entry.state for entry in entries} <= {
        LedgerState.RAN,
        LedgerState.LATE,
        LedgerState.RUNNING,
        LedgerState.PENDING,
    }


async def test_a_task_that_used_up_its_runs_leaves_no_gap(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = unique("ledger")
    trigger = IntervalTrigger(every=timedelta(seconds=1), max_runs=3)
    new = NewTask(id=task_id, trigger=trigger, action=LOG, overlap=OverlapPolicy.ALLOW_ALL)
    await Tasks(temporal).create(new, by="t")
    await succeeded(temporal, task_id, 3)
    ahead = temporal.now() + timedelta(minutes=1)
    page = await Ledger(temporal).of(task_id, None, ahead)
    assert page.counts.get(LedgerState.RAN) == 3
    assert set(page.counts) <= {LedgerState.RAN, LedgerState.SKIPPED, LedgerState.PENDING}
    await in_status(Tasks(temporal), task_id, TaskStatus.COMPLETED)
    page = await Ledger(temporal).of(task_id, None, ahead)
    assert page.counts.get(LedgerState.RAN) == 3
    assert {e.reason for e in page.items if e.state is not LedgerState.RAN} <= {Reason.MAX_RUNS}


async def test_what_is_excluded_is_told_as_skipped(temporal: Temporal, worker: Worker) -> None:
    task_id = unique("ledger")
    today = temporal.now().date()
    trigger = CronTrigger(
        expression="* * * * * *", exclude=(f"{today}/{today + timedelta(days=1)}",)
    )
    await Tasks(temporal).create(NewTask(id=task_id, trigger=trigger, action=LOG), by="t")

    async def some() -> bool:
        return len(await entries_of(temporal, task_id)) >= 3

    await eventually(some)
    entries = await entries_of(temporal, task_id)
    await Tasks(temporal).delete(task_id, by="t")
    assert {(e.state, e.reason) for e in entries} == {(LedgerState.SKIPPED, Reason.EXCLUDED)}
