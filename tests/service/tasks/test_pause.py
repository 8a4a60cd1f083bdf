"""Pausing and resuming tasks of both kinds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onthedot.scheduling.errors import WrongState
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.task import TaskStatus
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import definition, every, http, new_task, once, unique
from tests.outcomes import closed, in_status
from tests.run_log import instants, listed_runs, lists_caught_up, nominals
from tests.waiting import at_load, eventually, until

pytestmark = pytest.mark.anyio


async def test_a_paused_task_does_not_fire_until_resumed(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("pause")
    await tasks.create(new_task(task_id, every(1)), by="test")
    paused = await tasks.pause(task_id, by="ann", note="maintenance")
    assert (paused.status, paused.note, paused.next_runs) == (
        TaskStatus.PAUSED,
        "maintenance",
        (),
    )
    quiet_from = datetime.now(UTC)
    quiet_until = quiet_from + timedelta(seconds=2)
    await until(quiet_until)
    resumed = await tasks.resume(task_id, by="ann", note="done")
    assert (resumed.status, resumed.note) == (TaskStatus.SCHEDULED, "done")

    async def fired_again() -> bool:
        return any(at > quiet_until for at in await nominals(temporal.client, task_id))

    await eventually(fired_again)
    ran = await nominals(temporal.client, task_id)
    assert [at for at in ran if quiet_from < at <= quiet_until] == []
    await tasks.delete(task_id, by="test")


async def test_a_pause_drops_nothing_that_was_due(temporal: Temporal, tasks: Tasks) -> None:
    """Pauses at the very instant of a firing, repeatedly."""
    task_id = unique("edge")
    due: set[datetime] = set()
    maybe: set[datetime] = set()
    await tasks.create(new_task(task_id, every(1), overlap="allow_all"), by="test")
    since = datetime.now(UTC)
    for number in range(6):
        second = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        await until(second + timedelta(milliseconds=2 * number))
        paused = await tasks.pause(task_id, by="test")
        after = datetime.now(UTC)
        due |= _seconds(since, paused.updated_at)
        maybe |= _seconds(paused.updated_at, after)
        resumed = await tasks.resume(task_id, by="test")
        since = datetime.now(UTC)
        maybe |= _seconds(resumed.updated_at, since)
    await tasks.delete(task_id, by="test")
    await lists_caught_up(temporal.client)
    ran = await nominals(temporal.client, task_id)
    assert due - set(ran) == set()
    assert {at for at in ran if at <= since} - due - maybe == set()


def _seconds(after: datetime, until: datetime) -> set[datetime]:
    """The full seconds after one instant and not after another."""
    step = timedelta(seconds=1)
    return instants(after.replace(microsecond=0) + step, until, step)


async def test_a_pause_ends_by_itself(tasks: Tasks) -> None:
    for trigger in (every(3600), once(3600)):
        task_id = unique("until")
        await tasks.create(new_task(task_id, trigger), by="test")
        ends = datetime.now(UTC) + timedelta(seconds=at_load(1))
        paused = await tasks.pause(task_id, by="test", until=ends)
        assert paused.paused_until == ends
        task = await in_status(tasks, task_id, TaskStatus.SCHEDULED)
        assert datetime.now(UTC) >= ends
        assert (task.revision, task.paused_until, task.paused) == (3, None, False)


async def test_a_put_may_pause(tasks: Tasks) -> None:
    task_id = unique("put")
    await tasks.create(new_task(task_id, every(60), paused=True), by="test")
    assert (await tasks.get(task_id)).status is TaskStatus.PAUSED
    for paused in (False, True):
        answer = await tasks.replace(task_id, definition(every(60), paused=paused), by="test")
        assert answer.paused is paused
        assert bool(answer.next_runs) is not paused


async def test_a_missed_instant_within_the_window_runs_on_resume(
    tasks: Tasks, run_list: RunList
) -> None:
    task_id = unique("within")
    task = await tasks.create(new_task(task_id, once(0.5), paused=True), by="test")
    assert isinstance(task.trigger, OnceTrigger)
    assert task.trigger.at is not None
    await until(task.trigger.at + timedelta(seconds=1))
    assert (await tasks.get(task_id)).status is TaskStatus.PAUSED
    assert await run_list.count(RunFilter(task_id=task_id)) == 0
    await tasks.resume(task_id, by="test")
    done = await closed(tasks, task_id)
    assert done.status is TaskStatus.COMPLETED
    assert done.last_run is not None
    assert done.last_run.scheduled_for == task.trigger.at
    assert done.last_run.lateness is not None
    assert done.last_run.lateness > timedelta(seconds=0.9)


async def test_a_missed_instant_past_the_window_is_told(
    tasks: Tasks, runs: Runs, run_list: RunList
) -> None:
    task_id = unique("past")
    new = new_task(task_id, once(0.2), paused=True, catchup_window=0)
    task = await tasks.create(new, by="test")
    assert isinstance(task.trigger, OnceTrigger)
    assert task.trigger.at is not None
    # Ten seconds is the least that a catch-up window can be.
    await until(task.trigger.at + timedelta(seconds=10.1))
    await tasks.resume(task_id, by="test")
    done = await closed(tasks, task_id)
    assert done.status is TaskStatus.FAILED
    assert done.last_run is not None
    run = await runs.get(done.last_run.id)
    assert (run.status, run.attempts) == (RunStatus.SKIPPED, 0)
    assert run.error is not None
    assert run.error.type == "Missed"
    skipped = RunFilter(task_id=task_id, status=RunStatus.SKIPPED)
    assert [row.id for row in await listed_runs(run_list, skipped)] == [run.id]


async def test_what_is_running_or_finished_is_not_paused(tasks: Tasks, receiver: Receiver) -> None:
    task_id = unique("state")
    await tasks.create(new_task(task_id, once(0), action=http(receiver.url("/hang"))), by="test")
    await receiver.arrived.wait()
    assert (await tasks.get(task_id)).status is TaskStatus.RUNNING
    with pytest.raises(WrongState):
        await tasks.pause(task_id, by="test")
    with pytest.raises(WrongState):
        await tasks.replace(task_id, definition(every(60)), by="test")
    receiver.release.set()
    await closed(tasks, task_id)
    with pytest.raises(WrongState):
        await tasks.resume(task_id, by="test")
