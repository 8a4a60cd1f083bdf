"""Occurrences that are due while their task is being registered."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
from temporalio.client import ScheduleDescription

from onthedot import naming
from onthedot.activities.schedule.held import HeldOccurrences
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.stored.schedule_order import Held, ScheduleOrder
from onthedot.scheduling.task import Task, TaskStatus
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import every, http, new_task, unique
from tests.outcomes import in_status
from tests.run_log import nominals, undisturbed
from tests.service.tasks.editing import near_a_second, settled_runs
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

_TASKS = 8
#: Between two occurrences, in seconds: all are due later than a busy machine has registered a task.
_PERIOD = 4


@pytest.mark.parametrize("overlap", ["skip", "buffer_all"])
async def test_later_ones_do_not_overlap_with_it(
    temporal: Temporal, tasks: Tasks, receiver: Receiver, overlap: str
) -> None:
    async def runs(seed: int) -> int:
        action = http(receiver.url("/hang"))
        new = {"overlap": overlap, "action": action, "timeout": 60}
        task_id = (await _registered(tasks, seed, every(1), **new)).id
        schedule = temporal.client.get_schedule_handle(naming.schedule(task_id))

        async def two_were_due() -> bool:
            info = (await schedule.describe()).raw_description.info
            return info.overlap_skipped + info.buffer_size >= 2

        await eventually(lambda: nominals(temporal.client, task_id))
        await eventually(two_were_due)
        found = await nominals(temporal.client, task_id)
        await tasks.delete(task_id, by="test")
        return found.total()

    assert await asyncio.gather(*map(runs, range(_TASKS))) == [1] * _TASKS
    receiver.release.set()


@pytest.mark.parametrize("overlap", ["allow_all", "buffer_all"])
async def test_with_jitter_it_runs_and_counts_once(
    temporal: Temporal, tasks: Tasks, overlap: str
) -> None:
    await _first_three_run(temporal, tasks, overlap)


async def test_an_attempt_that_is_repeated_counts_once(
    temporal: Temporal, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies just then cannot be arranged."""
    release, interrupted = HeldOccurrences.released, set()

    async def released(
        held: HeldOccurrences, which: Held, order: ScheduleOrder, *rest: Any, at: datetime
    ) -> tuple[ScheduleDescription, Held | None]:
        result = await release(held, which, order, *rest, at=at)
        if result[1] is None and order.run.task_id not in interrupted:
            interrupted.add(order.run.task_id)
            raise RuntimeError("interrupted")
        return result

    monkeypatch.setattr(HeldOccurrences, "released", released)
    # On a busy machine, none may be due while its task is being registered.
    while not interrupted & await _first_three_run(temporal, tasks, "allow_all"):
        pass


async def _first_three_run(temporal: Temporal, tasks: Tasks, overlap: str) -> set[str]:
    """Judges some tasks; returns their ids."""

    async def due_and_ran(seed: int) -> tuple[str, list[datetime], list[datetime]] | None:
        trigger = every(_PERIOD, max_runs=3, jitter=0.4)
        task = await _registered(tasks, seed, trigger, overlap=overlap)
        await in_status(tasks, task.id, TaskStatus.COMPLETED)
        await settled_runs(temporal, task.id)
        due = list(islice(occurrences(task.trigger, after=task.created_at, key=task.id), 3))
        ran = sorted((await nominals(temporal.client, task.id)).elements())
        if not await undisturbed(temporal.client, task.id):
            return None
        return task.id, due, ran

    judged: set[str] = set()
    while not judged:
        for found in await asyncio.gather(*map(due_and_ran, range(_TASKS))):
            if found is not None:
                task_id, due, ran = found
                assert ran == due, f"due {_times(due)}, ran {_times(ran)}"
                judged.add(task_id)
    return judged


def _times(instants: list[datetime]) -> list[str]:
    return [f"{at:%H:%M:%S}" for at in instants]


async def _registered(tasks: Tasks, seed: int, trigger: dict[str, Any], **more: Any) -> Task:
    """Register a task just before or after it is due."""
    await near_a_second(random.Random(seed), 0.05)
    offset = round(datetime.now(UTC).timestamp()) % trigger["every"]
    new = new_task(unique("meanwhile"), {**trigger, "offset": offset}, **more)
    return await tasks.create(new, by="test")
