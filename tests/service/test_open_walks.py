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


_COUNT = 7


@pytest.fixture(scope="module")
async def registered(anyio_backend: object, temporal: Temporal) -> tuple[str, list[str]]:
    """What lists one-time tasks, and their workflows in the order in which they are listed."""
    tag, ids = unique("walk"), [unique("walk") for _ in range(_COUNT)]
    for task_id in ids:
        await Tasks(temporal).create(new_task(task_id, once(864_000), tags=[tag]), by="test")
    query = f"WorkflowType = '{naming.TASK}' AND {naming.TAGS.name} = {literal(tag)}"

    async def all_listed() -> bool:
        return len((await raw_rows(temporal, query, limit=100)).rows) == _COUNT

    await eventually(all_listed)
    return query, [naming.task_workflow(task_id) for task_id in reversed(ids)]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
async def test_each_is_found_once(
    temporal: Temporal, registered: tuple[str, list[str]], limit: int
) -> None:
    query, expected = registered
    assert await _walked(temporal, query, limit) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # As if all of them had begun within what a store takes for one instant.
        ("_MICROSECOND", timedelta(hours=1)),
        # As in a store where open ones have no end.
        ("STILL_OPEN", "CloseTime = '9000-01-01T00:00:00Z'"),
    ],
)
async def test_in_another_store_too(
    temporal: Temporal,
    registered: tuple[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: object,
) -> None:
    query, expected = registered
    monkeypatch.setattr(open_walk, name, value)
    assert await _walked(temporal, query, 2) == expected


async def _walked(temporal: Temporal, query: str, limit: int) -> list[str]:
    walk, found = OpenWalk(temporal, query, limit=limit), list[str]()
    while not walk.over:
        found += [row.execution.workflow_id for row in await walk.page()]
    return found
