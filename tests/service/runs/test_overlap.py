"""The six overlap policies, and manual runs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.worker import Worker

from onthedot import naming
from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.scheduling.task import NewTask, TaskStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver, open_receiver
from tests.definitions import every, http, new_task, once, unique
from tests.outcomes import in_status, succeeded
from tests.run_log import lists_caught_up
from tests.waiting import at_load, eventually, until

pytestmark = pytest.mark.anyio

_POLICIES = ("skip", "buffer_one", "buffer_all", "cancel_other", "terminate_other", "allow_all")


@dataclass
class Seen:
    """The run of each occurrence by its number, and the most that ran at once."""

    runs: dict[int, RunStatus]
    most_running: int


@pytest.fixture(scope="module")
async def seen(anyio_backend: object, temporal: Temporal, worker: Worker) -> dict[str, Seen]:
    """All policies at once: the first run hangs until two more occurrences have passed."""
    observed = await asyncio.gather(*(_observe(temporal, policy) for policy in _POLICIES))
    return dict(zip(_POLICIES, observed, strict=True))


async def test_skip_drops_what_overlaps(seen: dict[str, Seen]) -> None:
    assert list(seen["skip"].runs) == [0, 3, 4]
    assert seen["skip"].most_running == 1


async def test_buffer_one_keeps_the_first_that_overlaps(seen: dict[str, Seen]) -> None:
    assert list(seen["buffer_one"].runs) == [0, 1, 3, 4]
    assert seen["buffer_one"].most_running == 1


async def test_buffer_all_runs_one_after_the_other(seen: dict[str, Seen]) -> None:
    assert list(seen["buffer_all"].runs) == [0, 1, 2, 3, 4]
    assert seen["buffer_all"].most_running == 1


async def test_cancel_other_cancels_the_earlier_run(seen: dict[str, Seen]) -> None:
    cancelled, succeeded = RunStatus.CANCELLED, RunStatus.SUCCEEDED
    assert list(seen["cancel_other"].runs.items()) == [
        (0, cancelled),
        (1, cancelled),
        (2, succeeded),
        (3, succeeded),
        (4, succeeded),
    ]


async def test_terminate_other_ends_the_earlier_run_at_once(seen: dict[str, Seen]) -> None:
    terminated, succeeded = RunStatus.TERMINATED, RunStatus.SUCCEEDED
    assert list(seen["terminate_other"].runs.items()) == [
        (0, terminated),
        (1, terminated),
        (2, succeeded),
        (3, succeeded),
        (4, succeeded),
    ]


async def test_allow_all_runs_side_by_side(seen: dict[str, Seen]) -> None:
    assert list(seen["allow_all"].runs) == [0, 1, 2, 3, 4]
    assert seen["allow_all"].most_running >= 3


async def _three_met(temporal: Temporal, task: NewTask, receiver: Receiver) -> bool:
    """Whether Temporal has dealt with three occurrences, and those that it started hang."""
    schedule = temporal.client.get_schedule_handle(naming.schedule(str(task.id)))
    info = (await schedule.describe()).raw_description.info
    met = info.action_count + info.overlap_skipped + info.buffer_dropped + info.buffer_size
    at_once = {"skip": 1, "buffer_one": 1, "buffer_all": 1}
    started = at_once.get(task.overlap, 3)
    hanging = 3 if task.overlap == "allow_all" else 1
    return met >= 3 and info.action_count >= started and receiver.running >= hanging


async def _observe(temporal: Temporal, policy: str) -> Seen:
    tasks = Tasks(temporal)
    # How far apart the five occurrences are; a cancel takes seconds to reach a run.
    step = timedelta(seconds=round(min(at_load(4), 20)))
    async with open_receiver() as receiver:
        now = datetime.now(UTC)
        first = now + (timedelta(seconds=2) + step) - timedelta(seconds=now.timestamp() % 1)
        first -= timedelta(seconds=first.timestamp() % step.total_seconds())
        task = new_task(
            unique(policy.replace("_", "-")),
            every(step.total_seconds(), start_at=first, end_at=first + 4 * step),
            action=http(receiver.url("/hang")),
            overlap=policy,
        )
        await tasks.create(task, by="test")
        await until(first + 2 * step)
        await eventually(lambda: _three_met(temporal, task, receiver))
        receiver.release.set()
        return await _finished(temporal, str(task.id), receiver, first, step)


async def _finished(
    temporal: Temporal, task_id: str, receiver: Receiver, first: datetime, step: timedelta
) -> Seen:
    await until(first + 4 * step)
    await in_status(Tasks(temporal), task_id, TaskStatus.COMPLETED)
    await lists_caught_up(temporal.client)
    page = await RunList(temporal).page(RunFilter(task_id=task_id))
    runs = sorted(page.items, key=lambda run: run.scheduled_for)
    statuses = {(run.scheduled_for - first) // step: run.status for run in runs}
    assert len(statuses) == len(runs)
    return Seen(statuses, receiver.most_running)


async def test_ten_within_a_second_are_ten_runs(
    temporal: Temporal, tasks: Tasks, run_list: RunList
) -> None:
    for trigger in (every(3600), once(3600)):
        task_id = unique("ten")
        await tasks.create(new_task(task_id, trigger, overlap="skip", paused=True), by="test")
        asked = await asyncio.gather(*(tasks.run_now(task_id) for _ in range(10)))
        assert len({run.id for run in asked}) == 10
        assert {run.cause for run in asked} == {RunCause.MANUAL}
        await succeeded(temporal, task_id, 10)
        listed = await run_list.page(RunFilter(task_id=task_id))
        assert {run.id for run in listed.items} == {run.id for run in asked}


async def test_a_manual_run_uses_up_none_of_max_runs(tasks: Tasks) -> None:
    task_id = unique("manual")
    await tasks.create(new_task(task_id, every(86_400, max_runs=3)), by="test")
    await tasks.run_now(task_id)
    assert len((await tasks.get(task_id)).next_runs) == 3
