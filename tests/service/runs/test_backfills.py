"""Backfills: bounded, cancellable, with their own runs, and no instant twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from onthedot.scheduling.errors import InvalidDefinition, WrongState
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.scheduling.stored.backfill import BackfillStatus
from onthedot.scheduling.stored.task_change import Change, ChangeKind
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks import changes
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import every, http, new_task, once, unique
from tests.outcomes import over
from tests.run_log import listed_runs
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

_HOUR = timedelta(hours=1)


@pytest.mark.parametrize("overlap", [OverlapPolicy.BUFFER_ALL, OverlapPolicy.ALLOW_ALL])
async def test_each_occurrence_of_days_ago_runs_once(
    tasks: Tasks, backfills: Backfills, run_list: RunList, overlap: OverlapPolicy
) -> None:
    task_id = unique("backfill")
    await tasks.create(new_task(task_id, every(3600)), by="test")
    end = datetime(2026, 3, 4, 5, tzinfo=UTC)
    started = await backfills.start(task_id, start=end - 11 * _HOUR, end=end, overlap=overlap)
    assert (started.total, started.done, started.status) == (12, 0, BackfillStatus.RUNNING)
    done = await over(backfills, started.id)
    assert (done.status, done.total, done.done) == (BackfillStatus.COMPLETED, 12, 12)
    of_it = RunFilter(task_id=task_id, cause=RunCause.BACKFILL)
    succeeded = replace(of_it, status=RunStatus.SUCCEEDED)
    runs = await listed_runs(run_list, succeeded, 12)
    ran = Counter(run.scheduled_for for run in runs)
    assert ran == Counter(end - number * _HOUR for number in range(12))
    assert [found.id for found in await backfills.of_task(task_id)] == [started.id]
    again = await backfills.start(task_id, start=end, end=end, overlap=overlap)
    await over(backfills, again.id)
    assert await run_list.count(of_it) == 13


@pytest.mark.full
async def test_a_long_one_continues_as_new(
    tasks: Tasks, backfills: Backfills, run_list: RunList
) -> None:
    task_id = unique("long")
    await tasks.create(new_task(task_id, every(60)), by="test")
    end = datetime(2026, 3, 4, 5, tzinfo=UTC)
    started = await backfills.start(
        task_id, start=end - timedelta(minutes=219), end=end, overlap=OverlapPolicy.ALLOW_ALL
    )
    done = await over(backfills, started.id)
    assert (done.total, done.done) == (220, 220)
    of_it = RunFilter(task_id=task_id, cause=RunCause.BACKFILL)
    assert await run_list.count(of_it) == 220
    assert [found.id for found in await backfills.of_task(task_id)] == [started.id]


async def test_a_cancel_cancels_what_is_going_on(
    tasks: Tasks, backfills: Backfills, run_list: RunList, receiver: Receiver
) -> None:
    task_id = unique("cancel")
    new = new_task(task_id, every(60), action=http(receiver.url("/hang")))
    await tasks.create(new, by="test")
    end = datetime(2026, 3, 4, 5, tzinfo=UTC)
    started = await backfills.start(
        task_id, start=end - _HOUR, end=end, overlap=OverlapPolicy.ALLOW_ALL, by="ann"
    )
    assert started.requested_by == "ann"

    async def many() -> bool:
        return receiver.running >= 5

    await eventually(many)
    await backfills.cancel(started.id, by="ben")
    ended = await over(backfills, started.id)
    assert (ended.status, ended.done, ended.requested_by) == (BackfillStatus.CANCELLED, 0, "ann")

    async def all_cancelled() -> bool:
        # Without the one of the minute that may have begun meanwhile.
        of_it = RunFilter(task_id=task_id, cause=RunCause.BACKFILL)
        runs = (await run_list.page(of_it)).items
        assert {run.requested_by for run in runs} == {"ann"}
        return {run.status for run in runs} == {RunStatus.CANCELLED}

    await eventually(all_cancelled)
    with pytest.raises(WrongState):
        await backfills.cancel(started.id)


async def test_deleting_a_task_ends_its_backfill_and_not_that_of_its_successor(
    tasks: Tasks, backfills: Backfills, run_list: RunList
) -> None:
    task_id = unique("deleted")
    end = datetime(2026, 3, 4, 5, tzinfo=UTC)
    await tasks.create(new_task(task_id, every(60)), by="test")
    old = await backfills.start(
        task_id, start=end - 60 * _HOUR, end=end, overlap=OverlapPolicy.BUFFER_ALL
    )

    async def some() -> bool:
        return await run_list.count(RunFilter(task_id=task_id)) >= 2

    await eventually(some)
    await tasks.delete(task_id, by="test")
    await tasks.create(new_task(task_id, every(60)), by="test")
    new = await backfills.start(
        task_id, start=end - _HOUR, end=end, overlap=OverlapPolicy.ALLOW_ALL
    )
    ended = await over(backfills, old.id)
    assert ended.status is BackfillStatus.CANCELLED
    assert ended.done < 100 < ended.total
    assert (await over(backfills, new.id)).done == 61
    for status in (None, RunStatus.SUCCEEDED):
        backfilled = RunFilter(task_id=task_id, cause=RunCause.BACKFILL, status=status)
        await listed_runs(run_list, backfilled, ended.done + 61)


async def test_a_deletion_ends_it_though_the_server_dies_with_the_change_on_its_way(
    temporal: Temporal, tasks: Tasks, backfills: Backfills, run_list: RunList
) -> None:
    task_id = unique("orphaned")
    end = datetime(2026, 3, 4, 5, tzinfo=UTC)
    await tasks.create(new_task(task_id, every(60)), by="test")
    started = await backfills.start(
        task_id, start=end - 60 * _HOUR, end=end, overlap=OverlapPolicy.BUFFER_ALL
    )

    async def listed() -> bool:
        return await run_list.count(RunFilter(task_id=task_id)) >= 2

    await eventually(listed)
    change = Change(kind=ChangeKind.DELETE, by="test", not_after=temporal.expiry())
    assert await changes.execute(temporal, task_id, change)
    ended = await over(backfills, started.id)
    assert ended.status is BackfillStatus.CANCELLED
    assert ended.done < 100


async def test_a_backfill_that_nobody_stopped_sees_that_its_task_is_gone(
    temporal: Temporal, tasks: Tasks, backfills: Backfills
) -> None:
    task_id = unique("gone")
    end = datetime(2026, 3, 4, 5, tzinfo=UTC)
    await tasks.create(new_task(task_id, every(60)), by="test")
    state = await tasks.state(task_id)
    await tasks.delete(task_id, by="test")
    started = await backfills.begin(
        state, start=end - _HOUR, end=end, overlap=OverlapPolicy.ALLOW_ALL
    )
    ended = await over(backfills, started.id)
    assert (ended.status, ended.done) == (BackfillStatus.CANCELLED, 0)


async def test_what_cannot_be_backfilled(tasks: Tasks, backfills: Backfills) -> None:
    task_id, once_id = unique("bounds"), unique("bounds")
    await tasks.create(new_task(task_id, every(1)), by="test")
    await tasks.create(new_task(once_id, once(3600)), by="test")
    now = datetime.now(UTC)
    refused = [
        (now - timedelta(seconds=10_001), now, OverlapPolicy.ALLOW_ALL, "10000"),
        (now - _HOUR, now + _HOUR, None, "past"),
        (now, now - _HOUR, None, "before"),
        (now - timedelta(microseconds=2), now - timedelta(microseconds=1), None, "no occurrence"),
        (now - timedelta(seconds=10), now, OverlapPolicy.SKIP, "buffer_all"),
    ]
    for start, end, overlap, why in refused:
        with pytest.raises(InvalidDefinition, match=why):
            await backfills.start(task_id, start=start, end=end, overlap=overlap)
    with pytest.raises(WrongState):
        await backfills.start(once_id, start=now - _HOUR, end=now, overlap=None)
    await asyncio.gather(*(tasks.delete(name, by="test") for name in (task_id, once_id)))
