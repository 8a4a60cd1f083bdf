"""Edits a task repeatedly, and computes which occurrences should follow."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from onthedot import naming
from onthedot.scheduling.checking.registration import settle
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.stored.task_change import Change, ChangeKind
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.service.tasks import changes
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition
from tests.run_log import lists_caught_up
from tests.waiting import PATIENCE, eventually, until


async def edit(temporal: Temporal, task_id: str, trigger: dict[str, Any], **more: Any) -> TaskState:
    """Replace a definition; returns the task's whole state."""
    state = await edit_if_open(temporal, task_id, trigger, **more)
    assert state is not None
    return state


async def edit_if_open(
    temporal: Temporal, task_id: str, trigger: dict[str, Any], **more: Any
) -> TaskState | None:
    """The same; None if the task is completed."""
    now = datetime.now(UTC)
    settled = settle(definition(trigger, **more), task_id=task_id, now=now)
    not_after = now + timedelta(seconds=PATIENCE)
    change = Change(kind=ChangeKind.REPLACE, by="test", not_after=not_after, definition=settled)
    return await changes.execute(temporal, task_id, change)


async def near_a_second(chance: random.Random, within: float) -> None:
    """Sleep until a random instant at most this many seconds from a full second."""
    offset = chance.uniform(-within, within)
    now = datetime.now(UTC)
    await until(now + timedelta(seconds=(offset - now.timestamp()) % 1))


def expected(state: TaskState, until: datetime) -> set[datetime]:
    """The occurrences of every revision from when it came into force until the next one did."""
    found: set[datetime] = set()
    ends = [entry.since for entry in state.journal[1:]] + [until]
    for entry, end in zip(state.journal, ends, strict=True):
        if entry.paused or entry.trigger.kind == "once":
            continue
        for instant in occurrences(entry.trigger, after=entry.since, key=state.id):
            if instant > end:
                break
            found.add(instant)
    return found


async def settled_runs(temporal: Temporal, task_id: str) -> None:
    """Wait until no run of a task is in progress and lists have caught up."""
    query = f"{naming.TASK_ID.name} = '{task_id}' AND ExecutionStatus = 'Running'"
    await lists_caught_up(temporal.client)

    async def none_but_the_task() -> bool:
        return (await temporal.client.count_workflows(query)).count <= 1

    await eventually(none_but_the_task)


async def look(temporal: Temporal, task_id: str) -> None:
    """Have a task check its schedule, and wait until it has."""
    handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))
    before = (await handle.describe()).history_length
    await handle.signal(naming.CHECK_SCHEDULE)

    async def looked() -> bool:
        described = await handle.describe()
        raw = described.raw_description
        going = raw.HasField("pending_workflow_task") or raw.pending_activities
        # The signal itself, and a workflow task that was started and completed.
        return not going and described.history_length >= before + 3

    await eventually(looked)
