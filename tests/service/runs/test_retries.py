"""Retries of runs: the same occurrence, a new run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.messages.bulk import Outcome
from onthedot.scheduling.errors import InvalidDefinition, WrongState
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.run import RunCause, RunStatus, ShortRun
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.runs.bulk import BulkRuns
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.retries import retry
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import command, definition, every, http, new_task, once, unique
from tests.outcomes import ended
from tests.run_log import listed_runs
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

ONE_ATTEMPT = {"max_attempts": 1}
FAILS = command("sh", "-c", "exit 3")


async def failed(run_list: RunList, task_id: str, count: int = 1) -> list[ShortRun]:
    """Runs of a task that failed, once there are this many."""

    async def there() -> list[ShortRun]:
        which = RunFilter(task_id=task_id, status=RunStatus.FAILED)
        items = (await run_list.page(which)).items
        return items if len(items) >= count else []

    return await eventually(there)


async def test_an_occurrence_is_run_again_as_the_task_is_now(
    tasks: Tasks, runs: Runs, run_list: RunList, temporal: Temporal, receiver: Receiver
) -> None:
    task_id, trigger = unique("again"), every(2, jitter=1)
    task = new_task(task_id, trigger, action=FAILS, retry=ONE_ATTEMPT)
    await tasks.create(task, by="test")
    first = (await failed(run_list, task_id))[-1]
    before = await runs.get(first.id)
    now = definition(every(3600), action=http(receiver.url("/echo")), retry=ONE_ATTEMPT)
    await tasks.replace(task_id, now, by="test")
    again = await retry(temporal, first.id)
    assert again.cause is RunCause.RETRY
    assert again.scheduled_for == before.scheduled_for
    after = await ended(runs, again.id)
    assert (after.status, after.cause) == (RunStatus.SUCCEEDED, RunCause.RETRY)
    assert after.scheduled_for == before.scheduled_for
    # Jitter may move an occurrence past the change, which then calls too.
    called = [request.headers["Idempotency-Key"] for request in receiver.requests]
    assert (called.count(again.id), called.count(first.id)) == (1, 0)
    retried = RunFilter(task_id=task_id, cause=RunCause.RETRY, status=RunStatus.SUCCEEDED)
    assert [run.id for run in await listed_runs(run_list, retried)] == [again.id]
    entries = (await Ledger(temporal).of(task_id)).items
    (entry,) = (each for each in entries if each.run and each.run.id == again.id)
    assert (entry.state, entry.reason) == (LedgerState.RAN, Reason.RETRY)
    twice = await retry(temporal, again.id)
    assert (await ended(runs, twice.id)).scheduled_for == before.scheduled_for


async def test_a_one_time_task_and_a_run_by_hand_are_repeated_as_they_were(
    tasks: Tasks, runs: Runs, run_list: RunList, temporal: Temporal, receiver: Receiver
) -> None:
    single = unique("single")
    await tasks.create(new_task(single, once(0.5), action=FAILS, retry=ONE_ATTEMPT), by="test")
    (first,) = await failed(run_list, single)
    again = await ended(runs, (await retry(temporal, first.id)).id)
    assert (again.status, again.cause) == (RunStatus.FAILED, RunCause.RETRY)
    assert again.scheduled_for == (await runs.get(first.id)).scheduled_for

    task_id = unique("by-hand")
    await tasks.create(
        new_task(task_id, every(3600), action=http(receiver.url("/echo"))), by="test"
    )
    due = temporal.now() - timedelta(hours=5)
    by_hand = await tasks.run_now(task_id, scheduled_for=due, changed={"body": "mine"})
    await ended(runs, by_hand.id)
    once_more = await ended(runs, (await retry(temporal, by_hand.id)).id)
    assert once_more.scheduled_for == by_hand.scheduled_for
    assert [request.body for request in receiver.requests] == [b"mine", b"mine"]


async def test_what_cannot_be_retried_says_why(
    tasks: Tasks, runs: Runs, temporal: Temporal
) -> None:
    task_id = unique("not")
    task = new_task(task_id, every(3600), action=command("sleep", "60"), timeout=90)
    await tasks.create(task, by="test")
    run = await tasks.run_now(task_id)
    with pytest.raises(WrongState, match="in progress"):
        await retry(temporal, run.id)
    await runs.cancel(run.id)
    await ended(runs, run.id)
    await tasks.delete(task_id, by="test")
    with pytest.raises(WrongState, match="deleted"):
        await retry(temporal, run.id)


async def test_many_are_retried_once_and_cancelled(
    tasks: Tasks, runs: Runs, run_list: RunList, temporal: Temporal
) -> None:
    task_id, tag = unique("many"), unique("tag")
    task = new_task(task_id, every(1, max_runs=3), action=FAILS, retry=ONE_ATTEMPT, tags=[tag])
    await tasks.create(task, by="test")
    first = await failed(run_list, task_id, 3)
    which = RunFilter(task_id=task_id)
    told = await BulkRuns(temporal, dry_run=True).retry_all(which)
    assert {each.outcome for each in told} == {Outcome.WOULD_CHANGE}
    slow = definition(every(3600), action=command("sleep", "60"), timeout=90, tags=[tag])
    await tasks.replace(task_id, slow, by="test")
    told = await BulkRuns(temporal).retry_all(which)
    assert {each.id for each in told} == {run.id for run in first}
    assert {each.outcome for each in told} == {Outcome.DONE}
    new = {each.run.id for each in told if each.run is not None}

    async def listed() -> bool:
        going = RunFilter(task_id=task_id, status=RunStatus.RUNNING)
        return {run.id for run in (await run_list.page(going)).items} == new

    await eventually(listed)
    again = await BulkRuns(temporal).retry_all(which)
    assert {each.outcome for each in again} == {Outcome.UNCHANGED}
    with pytest.raises(InvalidDefinition):
        await BulkRuns(temporal).retry_all(RunFilter(status=RunStatus.RUNNING))
    with pytest.raises(InvalidDefinition):
        await BulkRuns(temporal).cancel_all(RunFilter(status=RunStatus.FAILED))
    told = await BulkRuns(temporal).cancel_all(which)
    assert {each.id for each in told} == new
    for run_id in new:
        assert (await ended(runs, run_id)).status is RunStatus.CANCELLED
    told = await BulkRuns(temporal).cancel([*new])
    assert {each.outcome for each in told} == {Outcome.REFUSED}
