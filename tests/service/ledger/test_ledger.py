"""The ledger against a real server: what ran, what did not, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.worker import Worker

from onthedot import naming
from onthedot.scheduling.action import CommandAction, LogAction
from onthedot.scheduling.errors import InvalidDefinition, TaskNotFound
from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerState, Reason
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.task import NewTask, TaskDefinition
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

EVERY_SECOND = IntervalTrigger(every=timedelta(seconds=1))
EVERY_TWO = IntervalTrigger(every=timedelta(seconds=2))
LOG = LogAction(message="hello")


def _id() -> str:
    return f"ledger-{uuid4().hex[:10]}"


async def _entries(temporal: Temporal, task_id: str) -> list[LedgerEntry]:
    now = temporal.now()
    return list((await Ledger(temporal).of(task_id, now - timedelta(hours=1), now)).items)


async def _ran(temporal: Temporal, task_id: str, count: int) -> None:
    """Wait until this many runs succeeded."""
    runs = RunList(temporal)
    which = RunFilter(task_id=task_id, status=RunStatus.SUCCEEDED)

    async def enough() -> bool:
        return await runs.count(which) >= count

    await eventually(enough)


async def test_a_recurring_task_accounts_for_every_second(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = _id()
    tasks = Tasks(temporal)
    await tasks.create(NewTask(id=task_id, trigger=EVERY_SECOND, action=LOG), by="t")
    await _ran(temporal, task_id, 4)
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
    task_id = _id()
    tasks = Tasks(temporal)
    await tasks.create(NewTask(id=task_id, trigger=EVERY_SECOND, action=LOG), by="t")
    await _ran(temporal, task_id, 2)
    await tasks.pause(task_id, by="t", note="being looked at")

    async def two_paused() -> bool:
        return sum(e.reason is Reason.PAUSED for e in await _entries(temporal, task_id)) >= 2

    await eventually(two_paused)
    paused = await Ledger(temporal).why(task_id)
    assert paused.answer.startswith("It is paused, since ")
    assert "by t: being looked at" in paused.answer
    await tasks.resume(task_id, by="t")
    await tasks.replace(task_id, TaskDefinition(trigger=EVERY_TWO, action=LOG), by="t")

    async def edited() -> bool:
        entries = await _entries(temporal, task_id)
        return any(e.revision == 4 and e.state is LedgerState.RAN for e in entries)

    await eventually(edited)
    entries = await _entries(temporal, task_id)
    await tasks.delete(task_id, by="t")
    skipped = [entry for entry in entries if entry.state is LedgerState.SKIPPED]
    assert {entry.reason for entry in skipped} <= {Reason.PAUSED, Reason.EDITED}
    assert sum(entry.reason is Reason.PAUSED for entry in skipped) >= 2
    assert not [entry for entry in entries if entry.state is LedgerState.UNKNOWN]
    assert {entry.revision for entry in entries} >= {1, 2, 4}


async def test_a_run_that_takes_too_long_skips_the_next_ones(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = _id()
    tasks = Tasks(temporal)
    slow = CommandAction(argv=("sleep", "3.5"))
    await tasks.create(NewTask(id=task_id, trigger=EVERY_SECOND, action=slow), by="t")
    await _ran(temporal, task_id, 2)
    why = await Ledger(temporal).why(task_id)
    entries = await _entries(temporal, task_id)
    await tasks.delete(task_id, by="t")
    assert {entry.state for entry in entries} <= {
        LedgerState.RAN,
        LedgerState.RUNNING,
        LedgerState.SKIPPED,
        LedgerState.PENDING,
    }
    skipped = [entry for entry in entries if entry.state is LedgerState.SKIPPED]
    assert len(skipped) >= 4
    assert {entry.reason for entry in skipped} == {Reason.OVERLAP}
    assert "was still in progress and the overlap policy is skip" in why.answer
    assert why.at in {entry.at for entry in skipped}


async def test_with_a_buffer_every_instant_has_its_turn(temporal: Temporal, worker: Worker) -> None:
    task_id = _id()
    tasks = Tasks(temporal)
    task = NewTask(
        id=task_id,
        trigger=EVERY_TWO,
        action=CommandAction(argv=("sleep", "4")),
        overlap=OverlapPolicy.BUFFER_ALL,
    )
    await tasks.create(task, by="t")
    await _ran(temporal, task_id, 2)

    async def waits() -> bool:
        entries = await _entries(temporal, task_id)
        return (LedgerState.PENDING, Reason.OVERLAP) in {(e.state, e.reason) for e in entries}

    await eventually(waits, 30)
    entries = await _entries(temporal, task_id)
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
    task_id = _id()
    trigger = IntervalTrigger(every=timedelta(seconds=1), max_runs=3)
    new = NewTask(id=task_id, trigger=trigger, action=LOG, overlap=OverlapPolicy.ALLOW_ALL)
    await Tasks(temporal).create(new, by="t")
    await _ran(temporal, task_id, 3)
    ahead = temporal.now() + timedelta(minutes=1)
    page = await Ledger(temporal).of(task_id, None, ahead)
    assert page.counts.get(LedgerState.RAN) == 3
    assert set(page.counts) <= {LedgerState.RAN, LedgerState.SKIPPED, LedgerState.PENDING}

    async def finished() -> bool:
        return (await Tasks(temporal).get(task_id)).status.value == "completed"

    await eventually(finished)
    page = await Ledger(temporal).of(task_id, None, ahead)
    assert page.counts.get(LedgerState.RAN) == 3
    assert {e.reason for e in page.items if e.state is not LedgerState.RAN} <= {Reason.MAX_RUNS}


async def test_a_finished_task_that_was_armed_again_keeps_its_past(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = _id()
    tasks = Tasks(temporal)
    at = temporal.now().replace(microsecond=0) + timedelta(seconds=1)
    await tasks.create(NewTask(id=task_id, trigger=OnceTrigger(at=at), action=LOG), by="t")
    await _ran(temporal, task_id, 1)
    await tasks.replace(task_id, TaskDefinition(trigger=EVERY_SECOND, action=LOG), by="t")
    await _ran(temporal, task_id, 3)
    entries = await _entries(temporal, task_id)
    await tasks.delete(task_id, by="t")
    assert entries[0].at == at
    assert (entries[0].state, entries[0].revision) == (LedgerState.RAN, 1)
    assert {entry.revision for entry in entries[1:]} == {2}
    assert not [entry for entry in entries if entry.state is LedgerState.UNKNOWN]


async def test_what_is_excluded_is_told_as_skipped(temporal: Temporal, worker: Worker) -> None:
    task_id = _id()
    today = temporal.now().date()
    trigger = CronTrigger(
        expression="* * * * * *", exclude=(f"{today}/{today + timedelta(days=1)}",)
    )
    await Tasks(temporal).create(NewTask(id=task_id, trigger=trigger, action=LOG), by="t")

    async def some() -> bool:
        return len(await _entries(temporal, task_id)) >= 3

    await eventually(some)
    entries = await _entries(temporal, task_id)
    await Tasks(temporal).delete(task_id, by="t")
    assert {(e.state, e.reason) for e in entries} == {(LedgerState.SKIPPED, Reason.EXCLUDED)}


async def test_a_task_that_no_worker_takes_up_says_so(temporal: Temporal) -> None:
    lonely = Temporal(
        temporal.client, temporal.settings.model_copy(update={"task_queue": f"none-{uuid4().hex}"})
    )
    once, often = _id(), _id()
    past = temporal.now() - timedelta(minutes=1)
    await Tasks(lonely).create(NewTask(id=once, trigger=OnceTrigger(at=past), action=LOG), by="t")
    await Tasks(lonely).create(NewTask(id=often, trigger=EVERY_SECOND, action=LOG), by="t")
    entries = await _entries(lonely, once)
    assert [(e.at, e.state, e.reason) for e in entries] == [
        (past, LedgerState.LATE, Reason.NO_WORKER)
    ]
    assert "no worker had processed the task" in (await Ledger(lonely).why(once)).answer
    await eventually(lambda: _some(lonely, often))
    assert {entry.state for entry in await _entries(lonely, often)} == {LedgerState.PENDING}
    for task_id in (once, often):
        handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))
        await handle.terminate("the test is over")


async def _some(temporal: Temporal, task_id: str) -> bool:
    return bool(await _entries(temporal, task_id))


async def test_a_span_must_make_sense(temporal: Temporal, worker: Worker) -> None:
    task_id = _id()
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
    task_id = _id()
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
