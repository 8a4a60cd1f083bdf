"""The cache of recurring tasks follows their changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.service.ledger.audit_walk import walk
from onthedot.service.ledger.recurring import RecurringTasks
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition, every, new_task, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def test_what_changes_is_known_without_another_walk_through_all(
    temporal: Temporal, tasks: Tasks
) -> None:
    kept = RecurringTasks(temporal)
    stays, goes, comes = unique("stays"), unique("goes"), unique("comes")
    for task_id in (stays, goes):
        await tasks.create(new_task(task_id, every(3600)), by="t")

    async def known(*task_ids: str) -> bool:
        await kept.refresh()
        ours = {task.task_id for task in kept.all} & {stays, goes, comes}
        return ours == set(task_ids)

    await eventually(lambda: known(stays, goes))
    await tasks.create(new_task(comes, every(1)), by="t")
    await tasks.delete(goes, by="t")
    await eventually(lambda: known(stays, comes))
    began = temporal.now()
    # A change is not noticed at once, but by the runs that it leads to.
    await tasks.replace(stays, definition(every(1)), by="t")
    end = began + timedelta(seconds=5)

    async def noticed() -> bool:
        walked = await walk(temporal, kept, began, min(temporal.now(), end))
        return stays in walked.differing

    await eventually(noticed)
    for task_id in (stays, comes):
        await tasks.delete(task_id, by="t")
