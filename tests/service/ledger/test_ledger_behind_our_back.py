"""Changes with Temporal's own tools show in the ledger as what they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.client import ScheduleOverlapPolicy
from temporalio.worker import Worker

from onthedot import naming
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.task import NewTask
from onthedot.scheduling.trigger import IntervalTrigger, OnceTrigger
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.ledger.task_evidence import read_schedule_evidence
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import unique
from tests.outcomes import succeeded
from tests.service.ledger.accounts import EVERY_SECOND, LOG, entries_of
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def _running(temporal: Temporal) -> str:
    task_id = unique("ledger")
    await Tasks(temporal).create(NewTask(id=task_id, trigger=EVERY_SECOND, action=LOG), by="t")
    await succeeded(temporal, task_id, 2)
    return task_id


async def test_a_schedule_that_is_paused_by_hand(temporal: Temporal, worker: Worker) -> None:
    task_id = await _running(temporal)
    schedule = temporal.client.get_schedule_handle(naming.schedule(task_id))
    await schedule.pause(note="by hand")

    async def gaps() -> bool:
        return sum(e.gap for e in await entries_of(temporal, task_id)) >= 2

    await eventually(gaps)
    paused = await entries_of(temporal, task_id)
    why = await Ledger(temporal).why(task_id)
    await schedule.unpause()
    already = sum(e.run is not None for e in paused)
    await succeeded(temporal, task_id, already + 1)
    resumed = await entries_of(temporal, task_id)
    await Tasks(temporal).delete(task_id, by="t")
    assert {e.reason for e in paused if e.gap} == {Reason.SCHEDULE_PAUSED}
    assert "paused it with Temporal's own tools" in why.answer
    assert {e.reason for e in resumed if e.gap} == {Reason.NO_RUN}


async def test_a_schedule_that_is_deleted_by_hand_and_mended(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = await _running(temporal)
    await temporal.client.get_schedule_handle(naming.schedule(task_id)).delete()

    async def gaps() -> bool:
        return sum(e.gap for e in await entries_of(temporal, task_id)) >= 2

    await eventually(gaps)
    gone = [e for e in await entries_of(temporal, task_id) if e.gap]
    assert {e.reason for e in gone} == {Reason.SCHEDULE_MISSING}
    await Tasks(temporal).delete(task_id, by="t")


async def test_a_run_that_the_schedule_was_made_to_start(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = unique("ledger")
    hourly = IntervalTrigger(every=timedelta(hours=1), offset=timedelta(minutes=59, seconds=59))
    await Tasks(temporal).create(NewTask(id=task_id, trigger=hourly, action=LOG), by="t")
    schedule = temporal.client.get_schedule_handle(naming.schedule(task_id))

    registered_at = temporal.now()

    async def there() -> bool:
        long_enough = temporal.now() - registered_at > timedelta(seconds=1)
        return long_enough and bool(await read_schedule_evidence(temporal, task_id))

    await eventually(there)
    await schedule.trigger(overlap=ScheduleOverlapPolicy.ALLOW_ALL)
    await succeeded(temporal, task_id, 1)
    entries = await entries_of(temporal, task_id)
    await Tasks(temporal).delete(task_id, by="t")
    assert (LedgerState.UNKNOWN, Reason.UNEXPECTED_RUN) in {(e.state, e.reason) for e in entries}
    assert not [e for e in entries if e.gap]


async def test_a_task_that_is_terminated(temporal: Temporal, worker: Worker) -> None:
    task_id = await _running(temporal)
    handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))
    await handle.terminate("by hand")

    async def seen() -> bool:
        entries = await entries_of(temporal, task_id)
        return any(e.reason is Reason.TASK_TERMINATED for e in entries)

    await eventually(seen)
    entries = await entries_of(temporal, task_id)
    await temporal.client.get_schedule_handle(naming.schedule(task_id)).delete()
    assert entries[0].state is LedgerState.RAN
    assert (entries[-1].state, entries[-1].reason) == (
        LedgerState.UNKNOWN,
        Reason.TASK_TERMINATED,
    )


async def test_a_one_time_task_that_is_terminated_before_it_is_due(
    temporal: Temporal, worker: Worker
) -> None:
    task_id = unique("ledger")
    at = temporal.now() + timedelta(seconds=2)
    await Tasks(temporal).create(
        NewTask(id=task_id, trigger=OnceTrigger(at=at), action=LOG), by="t"
    )
    await temporal.client.get_workflow_handle(naming.task_workflow(task_id)).terminate("by hand")

    async def due() -> bool:
        return temporal.now() > at and bool(await entries_of(temporal, task_id))

    await eventually(due)
    (entry,) = await entries_of(temporal, task_id)
    assert (entry.state, entry.reason) == (LedgerState.UNKNOWN, Reason.TASK_TERMINATED)
    assert "terminated with Temporal's own tools" in (await Ledger(temporal).why(task_id)).answer
