"""Freezes on a real server: in force within seconds, and what they held runs once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from temporalio.client import Client

from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.errors import FreezeNotFound, Frozen
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.run import RunStatus, ShortRun
from onthedot.scheduling.task import TaskStatus
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.runs.listing import RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import every, new_task, once, unique
from tests.outcomes import in_status
from tests.service.freezes.conftest import put_freeze, runs_of, the_last_is_released, until_skipped
from tests.waiting import at_load, eventually, until

pytestmark = pytest.mark.anyio

#: The promise: a freeze is in force this soon, in seconds.
_IN_FORCE = 5
_SECOND = timedelta(seconds=1)


async def test_it_is_in_force_within_seconds_and_holds_the_last_occurrence(
    temporal: Temporal, tasks: Tasks, run_list: RunList, client: Client, name: str
) -> None:
    frozen, free = f"{name}-tagged", f"{name}-free"
    for task_id, tags in ((frozen, [name]), (free, [])):
        await tasks.create(new_task(task_id, every(1), tags=tags), by="test")
    began = datetime.now(UTC)
    await put_freeze(temporal, name, 3600, then="hold")
    in_force = began + timedelta(seconds=at_load(_IN_FORCE))
    await until_skipped(run_list, frozen)
    runs = await runs_of(run_list, frozen)
    ran = [run for run in runs if run.status is not RunStatus.SKIPPED]
    assert all(run.scheduled_for < in_force for run in ran)
    first = next(run for run in runs if run.status is RunStatus.SKIPPED)
    assert first.error is not None
    assert (first.error.type, first.error.message) == ("Frozen", f"Frozen by {name}: year end")
    assert all(run.status is not RunStatus.SKIPPED for run in await runs_of(run_list, free))
    entries = (await Ledger(temporal).of(frozen)).items
    (entry,) = [each for each in entries if each.at == first.scheduled_for]
    assert (entry.state, entry.reason) == (LedgerState.SKIPPED, Reason.FROZEN)
    assert entry.detail == f"Frozen by {name}: year end."
    with pytest.raises(Frozen):
        await tasks.run_now(frozen)
    by_hand = await tasks.run_now(frozen, through_freeze=True)

    await tasks.pause(free, by="test")
    await Freezes(temporal).delete(name, by="test")
    with pytest.raises(FreezeNotFound):
        await Freezes(temporal).get(name)
    await the_last_is_released(tasks, run_list, frozen)
    assert by_hand.id in [run.id for run in await runs_of(run_list, frozen)]


async def test_a_one_time_task_is_held_and_runs_once_at_the_end(
    temporal: Temporal, tasks: Tasks, run_list: RunList, name: str
) -> None:
    held, late = f"{name}-held", f"{name}-late"
    # When it is in force, as promised.
    due = min(at_load(_IN_FORCE), 20)
    await put_freeze(temporal, name, 3 * due)
    await tasks.create(new_task(held, once(due), tags=[name]), by="test")
    await tasks.create(new_task(late, once(due), tags=[name], catchup_window=1), by="test")
    end = (await Freezes(temporal).get(name)).ends_at
    assert end is not None

    await eventually(partial(_why_frozen, temporal, held, name))
    await until(end)
    await in_status(tasks, held, TaskStatus.COMPLETED)
    await in_status(tasks, late, TaskStatus.FAILED)
    missed = await runs_of(run_list, late)
    assert [run.error.message.partition(". ")[0] for run in missed if run.error] == [
        f"Frozen by {name}: year end"
    ]
    runs = await runs_of(run_list, held)
    assert [run.status for run in runs] == [RunStatus.SUCCEEDED]
    assert runs[0].started_at is not None
    assert runs[0].started_at >= end


async def _why_frozen(temporal: Temporal, task_id: str, name: str) -> bool:
    why = await Ledger(temporal).why(task_id)
    return why.reason is Reason.FROZEN and f"rozen by {name}: year end" in why.answer


async def test_the_ledger_names_the_freeze_and_a_window_that_recurs_ends(
    temporal: Temporal, tasks: Tasks, run_list: RunList, name: str
) -> None:
    task_id = f"{name}-every-second"
    await tasks.create(new_task(task_id, every(1), tags=[name], overlap="allow_all"), by="test")
    offset = _seconds_from_now(round(min(at_load(_IN_FORCE), 25))) % 3600
    # A busy worker may take up an occurrence so much later.
    length = round(min(at_load(4), 20))
    window = {"trigger": every(3600, offset=offset), "duration": length}
    await put_freeze(temporal, name, 0, until=None, **window)
    in_force = datetime.now(UTC) + timedelta(seconds=at_load(_IN_FORCE))
    found = await Freezes(temporal).get(name)
    assert found.next_at is not None
    start, end = found.next_at, found.next_at + length * _SECOND

    async def ran_since() -> bool:
        runs = await runs_of(run_list, task_id)
        return any(r.status is RunStatus.SUCCEEDED and r.scheduled_for >= end for r in runs)

    await eventually(ran_since)
    await tasks.delete(task_id, by="test")
    runs = await runs_of(run_list, task_id)
    skipped = [run for run in runs if run.status is RunStatus.SKIPPED]
    assert skipped
    assert all(start - _SECOND <= run.scheduled_for <= end for run in skipped)
    began = [run.started_at for run in runs if run not in skipped and run.started_at]
    # One that is due in the window runs if a busy worker takes it up only after the end.
    assert not [at for at in began if max(start, in_force) <= at < end]


async def test_a_run_without_a_freeze_in_force_costs_no_event(
    temporal: Temporal, tasks: Tasks, run_list: RunList, client: Client
) -> None:
    task_id = unique("free")
    await tasks.create(new_task(task_id, every(1)), by="test")

    async def ran() -> ShortRun | None:
        found = await runs_of(run_list, task_id)
        return next((r for r in found if r.status is RunStatus.SUCCEEDED), None)

    run = await eventually(ran)
    await tasks.delete(task_id, by="test")
    address = RunAddress.parse(run.id)
    handle = client.get_workflow_handle(address.workflow_id, run_id=address.execution)
    events = [event.event_type async for event in handle.fetch_history_events()]
    # Started, one workflow task of three events, the attempt, its record, the memo, completed.
    assert len(events) == 8


def _seconds_from_now(seconds: int) -> int:
    return int(datetime.now(UTC).timestamp()) + seconds
