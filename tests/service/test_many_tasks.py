"""Whatever reads all tasks stops at a limit, and says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.service.overview import fleet
from onthedot.service.overview.fleet import Fleet, FleetReader
from onthedot.service.tasks.lists import tags
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import YEARLY, every, new_task, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def registered(anyio_backend: object, temporal: Temporal) -> tuple[str, set[str]]:
    """A tag, and the ids of its two recurring tasks; it has a one-time task too."""
    tag, ids = unique("fleet"), [unique("cron"), unique("interval"), unique("once")]
    at = (temporal.now() + timedelta(days=10)).isoformat()
    triggers = (YEARLY, every(3600), {"kind": "once", "at": at})
    for task_id, trigger in zip(ids, triggers, strict=True):
        await Tasks(temporal).create(new_task(task_id, trigger, tags=[tag]), by="test")

    async def all_three() -> Fleet | None:
        found = await FleetReader(temporal).tasks(tag)
        return found if len(found.tasks) == 3 else None

    assert (await eventually(all_three)).complete
    return tag, set(ids[:2])


async def test_one_time_tasks_after_the_span_are_left_out(
    temporal: Temporal, registered: tuple[str, set[str]]
) -> None:
    tag, recurring = registered
    near = await FleetReader(temporal).tasks(tag, temporal.now() + timedelta(days=9))
    assert {task.id for task in near.tasks} == recurring
    assert near.complete


async def test_of_too_many_tasks_the_recurring_ones_are_read_first(
    temporal: Temporal, registered: tuple[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tag, recurring = registered
    # The real limit, only smaller.
    monkeypatch.setattr(fleet, "MOST", 2)
    found = await FleetReader(temporal).tasks(tag)
    assert {task.id for task in found.tasks} == recurring
    assert not found.complete


async def test_tags_are_counted_over_so_many_tasks_at_most(
    temporal: Temporal, registered: tuple[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tag, _ = registered

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
