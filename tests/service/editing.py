"""Editing a task again and again, and what its occurrences should be then."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from onthedot import naming
from onthedot.scheduling.checking.registration import settle
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.stored.task_state import Change, ChangeKind, TaskState
from onthedot.service.tasks import changes
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition
from tests.waiting import eventually


async def edit(temporal: Temporal, task_id: str, trigger: dict[str, Any], **more: Any) -> TaskState:
    """Replace a definition, and learn all that the task remembers."""
    now = datetime.now(UTC)
    settled = settle(definition(trigger, **more), task_id=task_id, now=now)
    change = Change(
        kind=ChangeKind.REPLACE, by="test", not_after=now + timedelta(seconds=8), definition=settled
    )
    state = await changes.execute(temporal, task_id, change)
    assert state is not None
    return state


async def near_a_second(chance: random.Random, within: float) -> None:
    """Sleep until a random instant at most so many seconds away from a full second."""
    offset = chance.uniform(-within, within)
    now = datetime.now(UTC).timestamp()
    await asyncio.sleep((offset - now) % 1)


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
    """Wait until no run of a task goes on and lists have caught up."""
    query = f"{naming.TASK_ID.name} = '{task_id}' AND ExecutionStatus = 'Running'"
    await asyncio.sleep(1)

    async def none_but_the_task() -> bool:
        return (await temporal.client.count_workflows(query)).count <= 1

    await eventually(none_but_the_task)
