"""A task that changes its kind stays the same task."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from onthedot import naming
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.task import TaskStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import LOG, definition, every, new_task, once, unique
from tests.outcomes import ended, in_status, succeeded
from tests.run_log import instants, lists_caught_up, nominals
from tests.waiting import eventually, until

pytestmark = pytest.mark.anyio


async def test_every_kind_after_every_other(
    temporal: Temporal, tasks: Tasks, run_list: RunList, runs: Runs
) -> None:
    task_id = unique("kinds")
    started = datetime.now(UTC)
    await tasks.create(new_task(task_id, once(3600)), by="test")
    registered = datetime.now(UTC)
    cron = {"kind": "cron", "expression": "* * * * * *"}
    runs_by_then = {2: 2, 3: 3}
    for revision, trigger in enumerate([cron, every(2), once(3600)], start=2):
        answer = await tasks.replace(task_id, definition(trigger), by="test", if_match=revision - 1)
        assert (answer.id, answer.revision) == (task_id, revision)
        assert (await tasks.get(task_id)).trigger.kind == trigger["kind"]

        async def enough(count: int = runs_by_then.get(revision, 0)) -> bool:
            return await run_list.count(RunFilter(task_id=task_id)) >= count

        await eventually(enough)
    answer = await tasks.replace(task_id, definition(once(0.5)), by="test")
    await in_status(tasks, task_id, TaskStatus.COMPLETED)
    await lists_caught_up(temporal.client)
    page = await run_list.page(RunFilter(task_id=task_id))
    assert len(page.items) >= 4
    assert all(run.scheduled_for > started for run in page.items)
    for run in page.items:
        assert (await ended(runs, run.id)).status is RunStatus.SUCCEEDED
    assert started <= (await tasks.get(task_id)).created_at <= registered


async def test_a_change_of_kind_adds_and_drops_no_occurrence(
    temporal: Temporal, tasks: Tasks
) -> None:
    task_id = unique("flip")
    new = new_task(task_id, once(3600), overlap="allow_all")
    created = await tasks.create(new, by="test")
    # Whole seconds between the two: none of them may run.
    await until(created.created_at + timedelta(seconds=1.2))
    recurring = await tasks.replace(task_id, definition(every(1), overlap="allow_all"), by="test")
    second = recurring.updated_at.replace(microsecond=0) + timedelta(seconds=1)
    # At the very instant of a firing, which then is due but may not have been started.
    await until(second + timedelta(seconds=3))
    flipped = await tasks.replace(task_id, definition(once(3600)), by="test")
    after = datetime.now(UTC)
    await lists_caught_up(temporal.client)
    ran = await nominals(temporal.client, task_id)
    must = instants(second, flipped.updated_at.replace(microsecond=0), timedelta(seconds=1))
    may = instants(second, after.replace(microsecond=0), timedelta(seconds=1))
    assert must <= set(ran) <= may
    assert set(ran.values()) == {1}


async def test_a_deleted_id_is_free_for_another_kind(tasks: Tasks, task_list: TaskList) -> None:
    task_id = unique("again")
    for trigger in (every(3600), once(3600), every(60), once(0.2)):
        task = await tasks.create(new_task(task_id, trigger), by="test")
        assert task.revision == 1
        assert (await tasks.get(task_id)).trigger.kind == trigger["kind"]
        await tasks.delete(task_id, by="test")

        async def gone() -> bool:
            return not (await task_list.page(TaskFilter(q=task_id))).items

        await eventually(gone)


async def test_no_schedule_is_left_behind(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("tidy")
    await tasks.create(new_task(task_id, every(3600)), by="test")
    await asyncio.gather(
        tasks.replace(task_id, definition(every(60)), by="test"),
        tasks.replace(task_id, definition(once(3600)), by="test"),
    )
    await tasks.delete(task_id, by="test")
    query = f"WorkflowId = 'temporal-sys-scheduler:{naming.schedule(task_id)}'"
    count = await temporal.client.count_workflows(f"{query} AND ExecutionStatus = 'Running'")
    assert count.count == 0


async def test_the_old_action_runs_until_the_new_one_is_in_force(
    temporal: Temporal, tasks: Tasks, run_list: RunList, runs: Runs
) -> None:
    task_id = unique("action")
    await tasks.create(new_task(task_id, every(1)), by="test")
    answer = await tasks.replace(
        task_id, definition(every(1), action={**LOG, "message": "new"}), by="test"
    )
    await succeeded(temporal, task_id, 2)
    for short in (await run_list.page(RunFilter(task_id=task_id))).items:
        run = await runs.get(short.id)
        if run.scheduled_for > answer.updated_at + timedelta(seconds=1):
            assert run.output == {"message": "new"}
    await tasks.delete(task_id, by="test")
