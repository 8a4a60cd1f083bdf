"""Finished tasks: readable, scheduled again by PUT, and gone when deleted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.service import RPCError

from onthedot import naming
from onthedot.scheduling.errors import RunNotFound, TaskNotFound, WrongState
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.task import TaskStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import command, definition, every, http, new_task, once, unique
from tests.outcomes import closed
from tests.run_log import lists_caught_up, nominals
from tests.service.tasks.editing import look
from tests.waiting import at_load, eventually

pytestmark = pytest.mark.anyio


async def test_max_runs_used_up(temporal: Temporal, tasks: Tasks, task_list: TaskList) -> None:
    task_id = unique("used")
    await tasks.create(new_task(task_id, every(1, max_runs=2)), by="test")
    done = await closed(tasks, task_id)
    assert (done.status, done.next_runs) == (TaskStatus.COMPLETED, ())
    await lists_caught_up(temporal.client)
    assert len(await nominals(temporal.client, task_id)) == 2

    async def listed() -> bool:
        rows = await task_list.page(TaskFilter(q=task_id, status=TaskStatus.COMPLETED))
        return [row.id for row in rows.items] == [task_id]

    await eventually(listed)


async def test_the_end_passed(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("ended")
    now = datetime.now(UTC)
    end = now.replace(microsecond=0) + timedelta(seconds=round(at_load(2)))
    # A busy machine would skip the last one.
    await tasks.create(new_task(task_id, every(1, end_at=end), overlap="allow_all"), by="test")
    assert (await closed(tasks, task_id)).status is TaskStatus.COMPLETED

    async def last_is_listed() -> bool:
        return max(await nominals(temporal.client, task_id), default=now) >= end

    await eventually(last_is_listed)
    assert max(await nominals(temporal.client, task_id)) == end


async def test_finished_is_not_before_the_last_run_ended(
    temporal: Temporal, tasks: Tasks, receiver: Receiver
) -> None:
    task_id = unique("last")
    new = new_task(task_id, every(1, max_runs=1), action=http(receiver.url("/hang")))
    await tasks.create(new, by="test")
    await receiver.arrived.wait()
    await look(temporal, task_id)
    assert (await tasks.get(task_id)).status is TaskStatus.RUNNING
    receiver.release.set()
    assert (await closed(tasks, task_id)).status is TaskStatus.COMPLETED


async def test_a_put_arms_a_finished_task_again(
    tasks: Tasks, task_list: TaskList, run_list: RunList
) -> None:
    task_id = unique("armed")
    await tasks.create(new_task(task_id, once(0.1)), by="test")
    await closed(tasks, task_id)
    for number in range(2, 5):
        # Late enough that it is answered before it is due.
        again = definition(once(at_load(0.3)))
        armed = await tasks.replace(task_id, again, by="test", if_match=number - 1)
        assert (armed.status, armed.revision) == (TaskStatus.SCHEDULED, number)

        async def listed(revision: int = number) -> bool:
            rows = await task_list.page(TaskFilter(q=task_id))
            return [row.revision for row in rows.items] == [revision]

        await eventually(listed)
        await closed(tasks, task_id)

    async def all_listed() -> bool:
        runs = await run_list.page(RunFilter(task_id=task_id))
        return len({run.id for run in runs.items}) == 4

    await eventually(all_listed)
    await tasks.replace(task_id, definition(every(3600)), by="test")
    assert (await tasks.get(task_id)).status is TaskStatus.SCHEDULED
    await tasks.delete(task_id, by="test")


async def test_a_failed_run_fails_its_task(tasks: Tasks, runs: Runs) -> None:
    task_id = unique("failed")
    retry = {"max_attempts": 1}
    await tasks.create(new_task(task_id, once(0), action=command("false"), retry=retry), by="test")
    done = await closed(tasks, task_id)
    assert done.status is TaskStatus.FAILED
    assert done.last_run is not None
    run = await runs.get(done.last_run.id)
    assert (run.status, run.attempts, run.output["exit_code"]) == (RunStatus.FAILED, 1, 1)
    assert run.error is not None
    assert run.error.type == "ExitCode"


async def test_deleting_a_recurring_task_lets_its_run_finish(
    temporal: Temporal, tasks: Tasks, run_list: RunList, receiver: Receiver
) -> None:
    task_id = unique("delete")
    await tasks.create(new_task(task_id, every(1), action=http(receiver.url("/hang"))), by="test")
    await receiver.arrived.wait()
    await tasks.delete(task_id, by="test")
    with pytest.raises(TaskNotFound):
        await tasks.get(task_id)
    receiver.release.set()

    async def finished() -> bool:
        page = await run_list.page(RunFilter(task_id=task_id))
        return [run.status for run in page.items] == [RunStatus.SUCCEEDED]

    await eventually(finished)
    with pytest.raises(RPCError, match="not found"):
        await temporal.client.get_schedule_handle(naming.schedule(task_id)).describe()
    await lists_caught_up(temporal.client)
    assert await run_list.count(RunFilter(task_id=task_id)) == 1


async def test_deleting_a_running_one_time_task(
    tasks: Tasks, task_list: TaskList, run_list: RunList, receiver: Receiver
) -> None:
    task_id = unique("delete")
    new = new_task(task_id, once(0), action=http(receiver.url("/hang")))
    await tasks.create(new, by="test")
    await receiver.arrived.wait()
    await tasks.delete(task_id, by="test")
    with pytest.raises(TaskNotFound):
        await tasks.get(task_id)
    with pytest.raises(WrongState, match="run is still in progress"):
        await tasks.create(new, by="test")
    receiver.release.set()

    async def free() -> bool:
        try:
            return bool(await tasks.create(new_task(task_id, once(3600)), by="test"))
        except WrongState:
            return False

    await eventually(free)
    assert not receiver.abandoned.is_set()

    async def listed_once() -> bool:
        rows = (await task_list.page(TaskFilter(q=task_id))).items
        return len(rows) == 1 and await run_list.count(RunFilter(task_id=task_id)) == 0

    await eventually(listed_once)


async def test_deleting_a_finished_task(
    temporal: Temporal, tasks: Tasks, task_list: TaskList
) -> None:
    task_id = unique("gone")
    await tasks.create(new_task(task_id, once(0)), by="test")
    run = (await closed(tasks, task_id)).last_run
    assert run is not None
    assert (await Runs(temporal).get(run.id)).status is RunStatus.SUCCEEDED
    await tasks.delete(task_id, by="test")
    with pytest.raises(TaskNotFound):
        await tasks.get(task_id)
    # Temporal has it for some seconds more.
    with pytest.raises(RunNotFound):
        await Runs(temporal).get(run.id)

    async def rows() -> list[str]:
        return [row.id for row in (await task_list.page(TaskFilter(q=task_id))).items]

    async def gone() -> bool:
        return await rows() == []

    async def there_once() -> bool:
        return await rows() == [task_id]

    await eventually(gone)
    again = await tasks.create(new_task(task_id, every(3600)), by="test")
    assert again.revision == 1
    await eventually(there_once)
    await tasks.delete(task_id, by="test")


@pytest.mark.full
async def test_the_run_of_a_deleted_task_goes_within_a_minute(
    tasks: Tasks, run_list: RunList
) -> None:
    task_id = unique("gone")
    await tasks.create(new_task(task_id, once(0)), by="test")
    await closed(tasks, task_id)
    await tasks.delete(task_id, by="test")

    async def forgotten() -> bool:
        return await run_list.count(RunFilter(task_id=task_id)) == 0

    await eventually(forgotten)


async def test_deleting_what_was_registered_a_moment_ago(tasks: Tasks) -> None:
    """The deletion then arrives with the very first workflow task."""

    async def register_and_delete(trigger: dict[str, object]) -> None:
        task_id = unique("moment")
        await tasks.create(new_task(task_id, trigger), by="test")
        await tasks.delete(task_id, by="test")
        with pytest.raises(TaskNotFound):
            await tasks.get(task_id)

    triggers = [once(3600), every(3600)] * 5
    await asyncio.gather(*(register_and_delete(trigger) for trigger in triggers))
