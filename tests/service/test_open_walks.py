"""A walk through open workflows finds each once, whatever the page size and start times."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot import naming
from onthedot.naming.queries import literal
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal import open_walk
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.open_walk import OpenWalk
from onthedot.service.temporal.raw_rows import raw_rows
from tests.definitions import new_task, once, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def _registered(temporal: Temporal, tasks: Tasks, count: int) -> tuple[str, list[str]]:
    tag = unique("walk")
    ids = [unique("walk") for _ in range(count)]
    for task_id in ids:
        new = new_task(task_id, once(864_000))
        await tasks.create(new.model_copy(update={"tags": (tag,)}), by="test")
    query = f"WorkflowType = '{naming.TASK}' AND {naming.TAGS.name} = {literal(tag)}"

    async def all_listed() -> bool:
        return len((await raw_rows(temporal, query, limit=100)).rows) == count

    await eventually(all_listed)
    return query, ids


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
async def test_each_is_found_once(temporal: Temporal, tasks: Tasks, limit: int) -> None:
    query, ids = await _registered(temporal, tasks, 7)
    walk, found = OpenWalk(temporal, query, limit=limit), list[str]()
    while not walk.over:
        found += [row.execution.workflow_id for row in await walk.page()]
    assert found == [naming.task_workflow(task_id) for task_id in reversed(ids)]


async def test_those_that_began_at_one_instant_too(
    temporal: Temporal, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, ids = await _registered(temporal, tasks, 7)
    # As if all of them had begun within what a store takes for one instant.
    monkeypatch.setattr(open_walk, "_MICROSECOND", timedelta(hours=1))
    walk, found = OpenWalk(temporal, query, limit=2), list[str]()
    while not walk.over:
        found += [row.execution.workflow_id for row in await walk.page()]
    assert found == [naming.task_workflow(task_id) for task_id in reversed(ids)]


async def test_also_in_a_store_where_open_ones_have_no_end(
    temporal: Temporal, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, ids = await _registered(temporal, tasks, 7)
    monkeypatch.setattr(open_walk, "STILL_OPEN", "CloseTime = '9000-01-01T00:00:00Z'")
    walk, found = OpenWalk(temporal, query, limit=2), list[str]()
    while not walk.over:
        found += [row.execution.workflow_id for row in await walk.page()]
    assert found == [naming.task_workflow(task_id) for task_id in reversed(ids)]
