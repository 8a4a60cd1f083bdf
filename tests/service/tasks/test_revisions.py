"""The history of a task: every change with who, when and what, and each definition as it was."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from onthedot.scheduling.errors import (
    InvalidDefinition,
    RevisionMismatch,
    RevisionNotFound,
    TaskNotFound,
)
from onthedot.scheduling.revisions.revision import MOST_DIFFERENCES, Revision, RevisionKind
from onthedot.scheduling.task import TaskStatus
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.tasks.history.revisions import Revisions
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition, every, http, new_task, once, unique
from tests.outcomes import in_status
from tests.waiting import at_load, eventually

pytestmark = pytest.mark.anyio


async def _all(temporal: Temporal, task_id: str, page: int = 100) -> list[Revision]:
    found: list[Revision] = []
    cursor: str | None = None
    while True:
        here = await Revisions(temporal).page(task_id, limit=page, cursor=cursor)
        assert len(here.items) <= page
        found += here.items
        if (cursor := here.next_cursor) is None:
            return found


async def test_who_changed_what_and_when(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("history")
    made = await tasks.create(new_task(task_id, every(3600), tags=["a"]), by="ann")
    changed = definition(every(1800), name="Half-hourly", tags=["a", "b"])
    await tasks.replace(task_id, changed, by="ben")
    await tasks.pause(task_id, by="cem", note="moving house")
    await tasks.resume(task_id, by="dan", note="moved")

    found = await _all(temporal, task_id)
    assert [(each.revision, each.change, each.by, each.note) for each in found] == [
        (4, RevisionKind.RESUMED, "dan", "moved"),
        (3, RevisionKind.PAUSED, "cem", "moving house"),
        (2, RevisionKind.REPLACED, "ben", ""),
        (1, RevisionKind.CREATED, "ann", ""),
    ]
    assert found[-1].at == made.created_at
    assert [each.at for each in found] == sorted((e.at for e in found), reverse=True)
    replaced = {each.path: (each.before, each.after) for each in found[2].diff or ()}
    assert replaced == {
        "name": (task_id, "Half-hourly"),
        "tags": (["a"], ["a", "b"]),
        "trigger.every": ("PT1H", "PT30M"),
    }
    assert [(each.path, each.after) for each in found[1].diff or ()] == [("paused", True)]

    revisions = Revisions(temporal)
    assert (await revisions.definition(task_id, 1)).tags == ("a",)
    assert (await revisions.definition(task_id, 3)).paused
    assert await _all(temporal, task_id, page=1) == found
    for none in (0, 5):
        with pytest.raises(RevisionNotFound):
            await revisions.definition(task_id, none)
    with pytest.raises(TaskNotFound):
        await revisions.page(unique("nothing"))
    with pytest.raises(InvalidDefinition):
        await revisions.page(task_id, cursor="zwei")


async def test_a_pause_is_no_change_of_the_definition(tasks: Tasks) -> None:
    task_id = unique("untouched")
    await tasks.create(new_task(task_id, every(3600)), by="ann")
    defined = await tasks.replace(task_id, definition(every(60)), by="ben")
    for paused in (
        await tasks.pause(task_id, by="ops"),
        await tasks.get(task_id),
        await tasks.resume(task_id, by="ops"),
        await tasks.get(task_id),
    ):
        assert (paused.updated_by, paused.updated_at) == ("ben", defined.updated_at)
        assert paused.changed_by == "ops"
        assert paused.changed_at is not None
        assert paused.changed_at > defined.updated_at
    assert (await tasks.replace(task_id, definition(every(61)), by="cem")).updated_by == "cem"


async def test_who_paused_it_stays_while_it_is_paused(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("paused")
    await tasks.create(new_task(task_id, every(3600)), by="ann")
    paused = await tasks.pause(task_id, by="ops", note="holidays")
    edited = await tasks.replace(task_id, definition(every(60)), by="ben", keeps_pause=True)
    assert (edited.paused_at, edited.paused_by) == (paused.changed_at, "ops")
    assert " by ops: holidays." in (await Ledger(temporal).why(task_id)).answer
    resumed = await tasks.resume(task_id, by="ops")
    assert (resumed.paused_at, resumed.paused_by) == (None, "")
    stopped = await tasks.replace(task_id, definition(every(60), paused=True), by="cem")
    assert (stopped.paused_at, stopped.paused_by) == (stopped.updated_at, "cem")


async def test_restore(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("back")
    first = await tasks.create(new_task(task_id, every(3600, offset=5), tags=["x"]), by="ann")
    await tasks.replace(task_id, definition(every(60), name="Wrong"), by="ben")
    with pytest.raises(RevisionMismatch):
        await tasks.restore_revision(task_id, 1, by="cem", if_match=1)
    back = await tasks.restore_revision(task_id, 1, by="cem", if_match=2)
    assert (back.revision, back.updated_by, back.next_runs) == (3, "cem", first.next_runs)
    assert (back.trigger, back.name, back.tags) == (first.trigger, first.name, first.tags)
    last = (await _all(temporal, task_id))[0]
    assert (last.change, last.restores, last.by) == (RevisionKind.RESTORED, 1, "cem")
    # What changes nothing keeps the revision.
    assert (await tasks.restore_revision(task_id, 1, by="cem")).revision == 3


async def test_a_pause_that_ends_by_itself_is_told(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("until")
    await tasks.create(new_task(task_id, every(3600)), by="ann")
    await tasks.pause(task_id, by="ann", until=temporal.now() + timedelta(seconds=at_load(1)))
    await in_status(tasks, task_id, TaskStatus.SCHEDULED)
    last = (await _all(temporal, task_id))[0]
    assert (last.change, last.by) == (RevisionKind.RESUMED, "pause until")


async def test_one_that_was_armed_again_keeps_its_history(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("again")
    await tasks.create(new_task(task_id, once(0)), by="ann")
    await in_status(tasks, task_id, TaskStatus.COMPLETED)
    await tasks.replace(task_id, definition(once(3600)), by="ben")

    async def whole() -> bool:
        return len(await _all(temporal, task_id)) == 2

    await eventually(whole)
    armed, made = await _all(temporal, task_id)
    assert (armed.change, armed.by, made.by) == (RevisionKind.REPLACED, "ben", "ann")
    assert [each.path for each in armed.diff or ()] == ["trigger.at"]


async def test_differences_are_bounded(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("large")
    body = {f"k{number}": "x" for number in range(2 * MOST_DIFFERENCES)}
    action = http("https://example.com/", body=body)
    await tasks.create(new_task(task_id, every(3600), action=action), by="ann")
    other = dict.fromkeys(body, "y") | {"k0": "z" * 100_000}
    action = http("https://example.com/", body=other)
    await tasks.replace(task_id, definition(every(3600), action=action), by="ann")
    found = (await _all(temporal, task_id))[0]
    assert found.abridged
    assert len(found.diff or ()) == MOST_DIFFERENCES
    assert len(found.model_dump_json()) < 20_000
    assert (await Revisions(temporal).definition(task_id, 2)).action.kind == "http"


async def test_many_at_once_are_all_told(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("busy")
    await tasks.create(new_task(task_id, every(3600)), by="ann")
    names = [f"writer-{number}" for number in range(12)]
    await asyncio.gather(
        *(tasks.replace(task_id, definition(every(3600), name=n), by=n) for n in names)
    )
    found = await _all(temporal, task_id)
    assert [each.revision for each in found] == list(range(13, 0, -1))
    assert sorted(each.by for each in found[:-1]) == sorted(names)
    for each in found[:-1]:
        named = next(diff for diff in each.diff or () if diff.path == "name")
        assert named.after == each.by
