"""Backfills: completed, cancelled, of a deleted task."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunStatus
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from tests.definitions import command, every
from tests.outcomes import over
from tests.replay.shapes.shape import Shape
from tests.waiting import eventually

_END = datetime(2026, 3, 4, 5, tzinfo=UTC)


async def backfill_done_and_cancelled(shape: Shape) -> list[str]:
    task_id = await shape.register(every(60))
    slow = await shape.register(every(60), action=command("sleep", "5"), timeout=20)
    backfills, found = Backfills(shape.temporal), []
    for name, minutes, overlap in (
        (task_id, 3, OverlapPolicy.BUFFER_ALL),
        (task_id, 205, OverlapPolicy.ALLOW_ALL),
        (slow, 3, OverlapPolicy.BUFFER_ALL),
    ):
        start = _END - timedelta(minutes=minutes)
        made = await backfills.start(name, start=start, end=_END, overlap=overlap)
        if name == slow:
            goes_on = RunFilter(task_id=slow, status=RunStatus.RUNNING)
            await eventually(partial(RunList(shape.temporal).count, goes_on))
            await backfills.cancel(made.id)
        await over(backfills, made.id)
        found.append(f"backfill:{made.id}")
    return found


async def backfill_of_a_deleted_task(shape: Shape) -> list[str]:
    task_id = await shape.register(every(60), action=command("sleep", "1"), timeout=20)
    backfills = Backfills(shape.temporal)
    made = await backfills.start(
        task_id, start=_END - timedelta(hours=9), end=_END, overlap=OverlapPolicy.BUFFER_ALL
    )
    await asyncio.sleep(1)
    await Tasks(shape.temporal).delete(task_id, by="capture")
    await over(backfills, made.id)
    return [f"backfill:{made.id}"]
