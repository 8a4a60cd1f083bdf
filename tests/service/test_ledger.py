"""The ledger against a real server: what was done, what was not, and what was done behind our back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.worker import Worker

import naming
from scheduling.action import CommandAction, LogAction
from scheduling.errors import InvalidDefinition, TaskNotFound
from scheduling.ledger import LedgerEntry, LedgerState, Reason
from scheduling.policy import OverlapPolicy
from scheduling.run import RunStatus
from scheduling.task import NewTask, TaskDefinition
from scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger
from service.ledger import Ledger
from service.run_list import RunFilter, RunList
from service.tasks import Tasks
from service.temporal import Temporal

pytestmark = pytest.mark.anyio

EVERY_SECOND = IntervalTrigger(every=timedelta(seconds=1))
EVERY_TWO = IntervalTrigger(every=timedelta(seconds=2))
LOG = LogAction(message="hello")


def _id() -> str:
    return f"ledger-{uuid4().hex[:10]}"


async def _until(
    condition: Callable[[], Awaitable[object]], *, seconds: float = 30, every: float = 0.2
) -> None:
    limit = asyncio.get_running_loop().time() + seconds
    while not await condition():
        assert asyncio.get_running_loop().time() < limit, "it did not come to that in time"
        await asyncio.sleep(every)


async def _entries(temporal: Temporal, task_id: str) -> list[LedgerEntry]:
    now = temporal.now()
    return list((await Ledger(temporal).of(task_id, now - timedelta(hours=1), now)).items)


async def _ran(temporal: Temporal, task_id: str, count: int) -> None:
    """Wait until this many runs succeeded."""
    runs = RunList(temporal)
    which = RunFilter(task_id=task_id, status=RunStatus.SUCCEEDED)

    async def enough() -> bool:
        return await runs.count(which) >= count

    await _until(enough)


async def test_a_recurring_task_accounts_for_every_second(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = _id()
    tasks = Tasks(temporal)
    await tasks.create(NewTask(id=task_id, trigger=EVERY_SECOND, action=LOG), by="t")
    await _ran(temporal, task_id, 4)
    now = temporal.now()
    page = await Ledger(temporal).of(task_id, now - timedelta(hours=1), now + timedelta(seconds=20))
    await tasks.delete(task_id, by="t")
    at = [entry.at for entry in page.items]
    assert at == [at[0] + n * timedelta(seconds=1) for n in range(len(at))]
    assert at[0] - page.since < timedelta(seconds=1)
    assert set(page.counts) <= {LedgerState.RAN, LedgerState.RUNNING, LedgerState.PENDING}
    assert page.counts[LedgerState.RAN] >= 4
    for entry in page.items:
        if entry.run is not None:
            assert entry.run.scheduled_for == entry.at
    assert sum(page.counts.values()) == len(page.items)


async def test_a_task_that_is_paused_edited_and_resumed_has_no_gap(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = _id()
    tasks = Tasks(temporal)
    await tasks.create(NewTask(id=task_id, trigger=EVERY_SECOND, action=LOG), by="t")
    await _ran(temporal, task_id, 2)
    await tasks.pause(task_id, by="t", note="being looked at")
    await asyncio.sleep(2.5)
    paused = await Ledger(temporal).why(task_id)
    assert paused.answer.startswith("It is paused, since ")
    assert "by t: being looked at" in paused.answer
    await tasks.resume(task_id, by="t")
    await tasks.replace(task_id, TaskDefinition(trigger=EVERY_TWO, action=LOG), by="t")
    await _ran(temporal, task_id, 4)
    entries = await _entries(temporal, task_id)
    await tasks.delete(task_id, by="t")
    skipped = [entry for entry in entries if entry.state is LedgerState.SKIPPED]
    assert {entry.reason for entry in skipped} <= {Reason.PAUSED, Reason.EDITED}
    assert sum(entry.reason is Reason.PAUSED for entry in skipped) >= 2
    assert not [entry for entry in entries if entry.state is LedgerState.UNKNOWN]
    assert {entry.revision for entry in entries} >= {1, 2, 4}
