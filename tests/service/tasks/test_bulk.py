"""Bulk changes: tasks already in the wanted state stay as they are; undo restores the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.messages.bulk import Outcome
from onthedot.scheduling.errors import RevisionMismatch, TaskNotFound
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.service.tasks.bulk import BulkChanges, BulkProgress
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import YEARLY, new_task, unique

pytestmark = pytest.mark.anyio


def _pause(state: TaskState) -> tuple[bool, str, object]:
    return state.definition.paused, state.note, state.paused_until


async def test_what_was_paused_keeps_its_note_its_end_and_its_pause(
    temporal: Temporal, tasks: Tasks
) -> None:
    tag = unique("bulk")
    ids = [f"{tag}-{name}" for name in ("active", "noted", "paused", "gone")]
    _, noted, paused, gone = ids
    for task_id in ids:
        await tasks.create(new_task(task_id, YEARLY, tags=[tag]), by="t")
    until = temporal.now() + timedelta(days=2)
    await tasks.resume(noted, by="t", note="fixed by ada")
    await tasks.pause(paused, by="t", note="the bank is closed", until=until)
    await tasks.delete(gone, by="t")
    before = {task_id: _pause(await tasks.state(task_id)) for task_id in ids[:3]}
    bulk = BulkChanges(temporal, by="t")

    dry = await BulkChanges(temporal, by="t", dry_run=True).pause(ids)
    assert [each.outcome.value for each in dry] == [
        *("would_change", "would_change", "unchanged", "refused")
    ]
    assert {task_id: _pause(await tasks.state(task_id)) for task_id in ids[:3]} == before

    changed = await bulk.pause(ids, note="for all")
    assert [each.outcome.value for each in changed] == ["done", "done", "unchanged", "refused"]
    assert isinstance(changed[3].error, TaskNotFound)
    assert _pause(await tasks.state(paused)) == before[paused]
    assert _pause(await tasks.state(noted)) == (True, "for all", None)

    undone = await bulk.undo(changed)
    assert [each.outcome for each in undone] == [Outcome.DONE] * 2
    assert {task_id: _pause(await tasks.state(task_id)) for task_id in ids[:3]} == before

    resumed = await bulk.resume(ids[:3])
    assert [each.outcome.value for each in resumed] == ["unchanged", "unchanged", "done"]
    await bulk.undo(resumed)
    assert {task_id: _pause(await tasks.state(task_id)) for task_id in ids[:3]} == before
    await bulk.delete(ids)


async def test_an_undo_leaves_alone_what_somebody_changed_since(
    temporal: Temporal, tasks: Tasks
) -> None:
    task_id = unique("bulk")
    await tasks.create(new_task(task_id, YEARLY), by="t")
    bulk = BulkChanges(temporal, by="t")
    changed = await bulk.pause([task_id, task_id])
    assert len(changed) == 1
    await tasks.pause(task_id, by="ada", note="mine")
    (undone,) = await bulk.undo(changed)
    assert isinstance(undone.error, RevisionMismatch)
    assert _pause(await tasks.state(task_id)) == (True, "mine", None)
    await bulk.delete([task_id])


async def test_a_change_that_is_stopped_leaves_the_rest_alone(
    temporal: Temporal, tasks: Tasks
) -> None:
    ids = [unique("bulk") for _ in range(3)]
    for task_id in ids:
        await tasks.create(new_task(task_id, YEARLY), by="t")
    progress = BulkProgress(stopped=True)
    assert await BulkChanges(temporal, by="t", progress=progress).pause(ids) == []
    assert progress.done == 0
    progress = BulkProgress()
    assert len(await BulkChanges(temporal, by="t", progress=progress).pause(ids)) == 3
    assert progress.done == 3
