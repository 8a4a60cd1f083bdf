"""Deleted tasks: kept, listed, and restored as they were."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.scheduling.errors import TaskExists, TaskNotFound
from onthedot.scheduling.revisions.revision import RevisionKind
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.task import Health, Task, TaskStatus
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.bulk import BulkChanges
from onthedot.service.tasks.history.revisions import Revisions
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.kept_counts import KeptCounts
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.lists.sorting import SortedTasks, TaskOrder
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import LOG, definition, every, http, new_task, once, unique
from tests.outcomes import in_status
from tests.run_log import listed_runs
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

#: What a restored task has anew.
_NEW = {"revision", "changed_at", "changed_by", "next_runs", "last_run"}


def _as_it_was(task: Task) -> dict[str, object]:
    return task.model_dump(exclude=_NEW)


async def _deleted(tasks: TaskList, tag: str) -> dict[str, Task]:
    page = await tasks.page(TaskFilter(status=TaskStatus.DELETED, tags=(tag,)))
    return {row.id: row for row in page.items}


async def test_a_deleted_task_is_listed_and_comes_back(
    temporal: Temporal, tasks: Tasks, task_list: TaskList
) -> None:
    task_id = unique("gone")
    long = http("https://example.com/", body={"text": "x" * 3000})
    new = new_task(task_id, every(3600, offset=7), tags=[task_id], action=long)
    await tasks.create(new, by="ann")
    until = temporal.now() + timedelta(days=1)
    before = await tasks.pause(task_id, by="ops", note="moving house", until=until)
    await tasks.delete(task_id, by="ben")

    async def listed() -> bool:
        return task_id in await _deleted(task_list, task_id)

    await eventually(listed)
    row = (await _deleted(task_list, task_id))[task_id]
    assert (row.status, row.deleted_by, row.next_runs) == (TaskStatus.DELETED, "ben", ())
    assert row.deleted_at is not None
    assert row.deleted_at > before.updated_at
    assert await task_list.count(TaskFilter(status=TaskStatus.DELETED, tags=(task_id,))) == 1
    which = TaskFilter(status=TaskStatus.DELETED, tags=(task_id,))
    assert (
        len((await SortedTasks(temporal, KeptCounts(temporal)).page(which, TaskOrder.NAME)).items)
        == 1
    )
    assert not (await task_list.page(TaskFilter(tags=(task_id,)))).items
    with pytest.raises(TaskNotFound):
        await tasks.get(task_id)

    back = await tasks.restore(task_id, by="cem")
    assert _as_it_was(back) == _as_it_was(before)
    assert (back.revision, back.changed_by) == (before.revision + 2, "cem")
    assert _as_it_was(await tasks.get(task_id)) == _as_it_was(before)
    with pytest.raises(TaskExists):
        await tasks.restore(task_id, by="cem")

    async def unlisted() -> bool:
        return not await _deleted(task_list, task_id)

    await eventually(unlisted)

    async def told() -> bool:
        return len((await Revisions(temporal).page(task_id)).items) == 4

    await eventually(told)
    history = (await Revisions(temporal).page(task_id)).items
    assert [(each.revision, each.change, each.by) for each in history] == [
        (4, RevisionKind.RESTORED, "cem"),
        (3, RevisionKind.DELETED, "ben"),
        (2, RevisionKind.PAUSED, "ops"),
        (1, RevisionKind.CREATED, "ann"),
    ]
    assert [each.diff for each in history[:2]] == [(), ()]
    resumed = await tasks.resume(task_id, by="cem")
    assert (len(resumed.next_runs), resumed.revision) == (5, 5)


async def test_a_one_time_task_that_never_ran_comes_back_as_one(
    tasks: Tasks, task_list: TaskList
) -> None:
    task_id = unique("never-ran")
    before = await tasks.create(new_task(task_id, once(3600), tags=[task_id]), by="ann")
    await tasks.delete(task_id, by="ben")

    async def listed() -> bool:
        return task_id in await _deleted(task_list, task_id)

    await eventually(listed)
    assert (await _deleted(task_list, task_id))[task_id].health is Health.NEVER_RAN
    back = await tasks.restore(task_id, by="cem")
    assert _as_it_was(back) == _as_it_was(before)
    assert _as_it_was(await tasks.get(task_id)) == _as_it_was(before)


async def test_the_id_is_free_and_then_taken(tasks: Tasks, task_list: TaskList) -> None:
    task_id = unique("taken")
    await tasks.create(new_task(task_id, every(3600), tags=[task_id]), by="ann")
    await tasks.delete(task_id, by="ann")

    async def listed() -> bool:
        return task_id in await _deleted(task_list, task_id)

    async def taken() -> bool:
        page = await task_list.page(TaskFilter(tags=(task_id,)))
        return [row.trigger.kind for row in page.items] == ["once"]

    await eventually(listed)
    await tasks.create(new_task(task_id, once(3600), tags=[task_id]), by="ben")
    with pytest.raises(TaskExists):
        await tasks.restore(task_id, by="ann")
    # The lists show a new task a moment after it was made.
    await eventually(taken)
    assert not await _deleted(task_list, task_id)
    await tasks.delete(task_id, by="ben")
    back = await tasks.restore(task_id, by="ann")
    assert (back.trigger.kind, back.created_at > back.next_runs[0]) == ("once", False)
    with pytest.raises(TaskNotFound):
        await tasks.restore(unique("never"), by="ann")


async def test_a_restored_schedule_fires_and_counts_on(
    temporal: Temporal, tasks: Tasks, run_list: RunList
) -> None:
    task_id = unique("counts")
    await tasks.create(new_task(task_id, every(1, max_runs=6)), by="ann")

    async def ran(times: int) -> bool:
        return await run_list.count(RunFilter(task_id=task_id)) >= times

    await eventually(lambda: ran(2))
    await tasks.delete(task_id, by="ann")
    await tasks.restore(task_id, by="ann")
    await in_status(tasks, task_id, TaskStatus.COMPLETED)
    await eventually(lambda: ran(6))
    assert await run_list.count(RunFilter(task_id=task_id)) == 6


async def test_finished_ones_come_back_as_finished(
    temporal: Temporal, tasks: Tasks, run_list: RunList
) -> None:
    good, bad, ends = unique("good"), unique("bad"), unique("ends")
    wrong = {"kind": "activity", "name": "no.such.activity"}
    retry = {"max_attempts": 1}
    await tasks.create(new_task(good, once(0)), by="ann")
    await tasks.create(
        new_task(bad, once(0), action=wrong, retry=retry, timeout=1, deadline=1), by="ann"
    )
    await tasks.create(new_task(ends, every(1, max_runs=1)), by="ann")
    status = {
        good: TaskStatus.COMPLETED,
        bad: TaskStatus.FAILED,
        ends: TaskStatus.COMPLETED,
    }

    async def over() -> bool:
        return all([(await tasks.get(each)).status is status[each] for each in status])

    await eventually(over)
    since = temporal.now() - timedelta(minutes=1)
    bulk = BulkChanges(temporal, by="ann")
    deleted = await bulk.delete(list(status))
    assert {each.outcome for each in deleted} == {"done"}
    undone = await bulk.restore([each.id for each in deleted])
    assert {each.outcome for each in undone} == {"done"}, undone
    # A restore that was answered too late is asked for again.
    restored = await bulk.restore([each.id for each in deleted])
    assert {each.outcome for each in restored} == {"unchanged"}, restored
    await eventually(over)
    assert (await tasks.get(good)).health is Health.HEALTHY
    assert (await tasks.get(bad)).health is Health.FAILING
    assert not await listed_runs(run_list, RunFilter(task_id=good, status=RunStatus.RUNNING), 0)
    # The run goes with the task within a minute, and is not missed.
    ledger = await Ledger(temporal).of(good, since, temporal.now())
    assert not any(entry.not_run for entry in ledger.items)
    again = await tasks.replace(good, definition(once(3600), action=LOG), by="ann")
    assert again.status is TaskStatus.SCHEDULED
