"""Whatever reads all tasks stops at a limit, and says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from onthedot.service.overview import fleet
from onthedot.service.overview.fleet import Fleet, FleetReader
from onthedot.service.tasks.lists import tags
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import new_task, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def _registered(temporal: Temporal, tasks: Tasks, tag: str) -> dict[str, str]:
    at = (temporal.now() + timedelta(days=10)).isoformat()
    triggers: dict[str, dict[str, Any]] = {
        "cron": {"kind": "cron", "expression": "0 12 * * *"},
        "interval": {"kind": "interval", "every": 3600},
        "once": {"kind": "once", "at": at},
    }
    ids = {kind: unique(kind) for kind in triggers}
    for kind, trigger in triggers.items():
        new = new_task(ids[kind], trigger).model_copy(update={"tags": (tag,)})
        await tasks.create(new, by="test")
    return ids


async def test_one_time_tasks_after_the_span_are_left_out(temporal: Temporal, tasks: Tasks) -> None:
    tag = unique("fleet")
    ids = await _registered(temporal, tasks, tag)

    async def all_three() -> Fleet | None:
        found = await FleetReader(temporal).tasks(tag)
        return found if len(found.tasks) == 3 else None

    assert (await eventually(all_three)).complete
    near = await FleetReader(temporal).tasks(tag, temporal.now() + timedelta(days=9))
    assert {task.id for task in near.tasks} == {ids["cron"], ids["interval"]}
    assert near.complete


async def test_of_too_many_tasks_the_recurring_ones_are_read_first(
    temporal: Temporal, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = unique("fleet")
    ids = await _registered(temporal, tasks, tag)
    # The real limit, only smaller.
    monkeypatch.setattr(fleet, "MOST", 2)

    async def two() -> Fleet | None:
        found = await FleetReader(temporal).tasks(tag)
        return found if len(found.tasks) == 2 and not found.complete else None

    found = await eventually(two)
    assert {task.id for task in found.tasks} == {ids["cron"], ids["interval"]}


async def test_tags_are_counted_over_so_many_tasks_at_most(
    temporal: Temporal, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = unique("tag")
    await _registered(temporal, tasks, tag)

    async def counted() -> bool | None:
        counter = tags.TagCounter(temporal)
        await counter.count()
        assert counter.complete
        return any(each.tag == tag and each.tasks == 3 for each in counter.counts()) or None

    await eventually(counted)
    # The real limit, only smaller.
    monkeypatch.setattr(tags, "MOST", 1)
    counter = tags.TagCounter(temporal)
    await counter.count()
    assert not counter.complete
