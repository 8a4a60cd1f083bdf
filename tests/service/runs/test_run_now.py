"""Runs that are asked for by hand."""

from __future__ import annotations

import asyncio

import pytest

from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from tests.definitions import every, new_task, once, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def test_ten_within_a_second_are_ten_runs(tasks: Tasks, run_list: RunList) -> None:
    for trigger in (every(3600), once(3600)):
        task_id = unique("ten")
        await tasks.create(new_task(task_id, trigger, overlap="skip", paused=True), by="test")
        asked = await asyncio.gather(*(tasks.run_now(task_id) for _ in range(10)))
        assert len({run.id for run in asked}) == 10
        assert {run.cause for run in asked} == {RunCause.MANUAL}

        async def done(task_id: str = task_id) -> bool:
            which = RunFilter(task_id=task_id, status=RunStatus.SUCCEEDED)
            return await run_list.count(which) == 10

        await eventually(done)
        listed = await run_list.page(RunFilter(task_id=task_id))
        assert {run.id for run in listed.items} == {run.id for run in asked}


async def test_a_manual_run_uses_up_none_of_max_runs(tasks: Tasks) -> None:
    task_id = unique("manual")
    await tasks.create(new_task(task_id, every(3600, max_runs=3)), by="test")
    await tasks.run_now(task_id)
    assert len((await tasks.get(task_id)).next_runs) == 3
