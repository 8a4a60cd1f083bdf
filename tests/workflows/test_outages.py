"""What comes due while Temporal, or the worker, is down."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from onthedot import naming
from onthedot.scheduling.checking.registration import settle
from onthedot.scheduling.outages import NoWorker
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.stored.task_change import Change, ChangeKind
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import TaskStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition, every, new_task, once
from tests.outcomes import closed
from tests.run_log import instants, lists_caught_up, nominals
from tests.waiting import eventually, until
from tests.workflows.private_temporal import PrivateTemporal
from tests.workflows.private_temporal import private as private

pytestmark = [pytest.mark.anyio, pytest.mark.faults, pytest.mark.full]

_SECOND = timedelta(seconds=1)
_OUTAGE = 14


@dataclass
class Outage:
    """What was registered before Temporal was killed, and where it can be looked at after."""

    temporal: Temporal
    down: datetime
    up: datetime
    edits: int

    async def ran(self, task_id: str) -> Counter[datetime]:
        return await nominals(self.temporal.client, task_id)


@pytest.fixture(scope="module")
async def outage(private: PrivateTemporal) -> Outage:
    """Kill Temporal with occurrences to come, start it again, and edit while it catches up."""
    temporal = await private.start()
    private.start_worker()
    tasks = Tasks(temporal)
    for overlap in ("allow_all", "buffer_all", "skip"):
        await tasks.create(new_task(overlap, every(1), overlap=overlap), by="test")
    window = {"overlap": "allow_all", "catchup_window": 10}
    await tasks.create(new_task("short", every(1), **window), by="test")
    await tasks.create(new_task("edited", every(1), overlap="allow_all"), by="test")
    await tasks.create(new_task("paused", every(1), overlap="allow_all"), by="test")
    await tasks.create(new_task("counted", every(1, max_runs=8), overlap="buffer_all"), by="test")

    async def all_fire() -> bool:
        ran = [await nominals(temporal.client, name) for name in ("short", "edited", "counted")]
        return all(ran)

    await eventually(all_fire)
    await tasks.create(new_task("within", once(1.5)), by="test")
    await tasks.create(new_task("past", once(1.5), catchup_window=0), by="test")
    down = datetime.now(UTC)
    private.kill()
    await until(down + _OUTAGE * _SECOND)
    temporal = await private.start()
    up, tasks = datetime.now(UTC), Tasks(temporal)
    more = {"overlap": "allow_all"}
    await eventually(lambda: _edited(tasks, "edited", "first", **more))
    await tasks.pause("paused", by="test")
    for number in range(20):
        await tasks.replace("edited", definition(every(1), name=f"{number}", **more), by="test")
    for name in ("allow_all", "buffer_all", "skip", "short", "edited"):
        await eventually(partial(_caught_up, temporal, name, up))
    await lists_caught_up(temporal.client)
    return Outage(temporal, down, up, 20)


async def test_all_that_was_due_runs_once(outage: Outage) -> None:
    for name in ("allow_all", "buffer_all"):
        ran = await outage.ran(name)
        assert set(ran.values()) == {1}
        assert min(ran) < outage.down < outage.up < max(ran)
        assert set(ran) == instants(min(ran), max(ran), _SECOND)


async def test_skip_lets_one_run_for_many(outage: Outage) -> None:
    ran = await outage.ran("skip")
    assert set(ran.values()) == {1}
    missed = instants(min(ran), max(ran), _SECOND) - set(ran)
    assert len([at for at in missed if outage.down < at < outage.up]) >= _OUTAGE - 4


async def test_what_is_past_the_catch_up_window_does_not_run(outage: Outage) -> None:
    ran = await outage.ran("short")
    missed = instants(min(ran), max(ran), _SECOND) - set(ran)
    assert missed
    assert max(missed) < outage.up - timedelta(seconds=9)
    assert min(missed) > outage.down - 5 * _SECOND


async def test_edits_during_catch_up_lose_and_double_nothing(outage: Outage) -> None:
    ran = await outage.ran("edited")
    lost = instants(min(ran), max(ran), _SECOND) - set(ran)
    doubled = [at for at, count in ran.items() if count > 1]
    print(f"{outage.edits} edits during catch-up, {len(ran)} instants: {lost=} {doubled=}")
    assert not lost
    assert not doubled


async def test_a_pause_during_catch_up_drops_nothing_that_was_due(outage: Outage) -> None:
    ran = await outage.ran("paused")
    assert set(ran.values()) == {1}
    assert set(ran) == instants(min(ran), max(ran), _SECOND)
    assert max(ran) >= outage.up.replace(microsecond=0)


async def test_max_runs_is_exact_through_an_outage(outage: Outage) -> None:
    assert (await closed(Tasks(outage.temporal), "counted")).status is TaskStatus.COMPLETED
    ran = await outage.ran("counted")
    assert (len(ran), set(ran.values())) == (8, {1})


async def test_a_one_time_task_within_its_window_runs(outage: Outage) -> None:
    done = await closed(Tasks(outage.temporal), "within")
    assert done.status is TaskStatus.COMPLETED
    assert done.last_run is not None
    assert done.last_run.lateness is not None
    assert done.last_run.lateness > timedelta(seconds=5)


async def test_a_one_time_task_past_its_window_says_so(outage: Outage) -> None:
    done = await closed(Tasks(outage.temporal), "past")
    assert done.status is TaskStatus.FAILED
    (run,) = (await RunList(outage.temporal).page(RunFilter(task_id="past"))).items
    assert run.status is RunStatus.SKIPPED


async def test_edits_that_reach_temporal_as_it_catches_up(
    outage: Outage, private: PrivateTemporal
) -> None:
    """Temporal is frozen while edits and pauses are sent: everything is then due at once."""
    tasks, names = Tasks(outage.temporal), [f"frozen-{number}" for number in range(10)]
    more = {"overlap": "allow_all"}
    for name in names:
        await tasks.create(new_task(name, every(1), **more), by="test")
    for name in names:
        await eventually(partial(outage.ran, name))
    private.freeze()
    now = datetime.now(UTC)
    pause = Change(kind=ChangeKind.PAUSE, by="test", not_after=now + timedelta(minutes=1))
    renamed = settle(definition(every(1), name="new", **more), task_id="any", now=now)
    rename = pause.model_copy(update={"kind": ChangeKind.REPLACE, "definition": renamed})
    edits = [
        asyncio.create_task(
            outage.temporal.client.get_workflow_handle(naming.task_workflow(name)).execute_update(
                naming.CHANGE, rename if number % 2 else pause, result_type=TaskState
            )
        )
        for number, name in enumerate(names)
    ]
    await until(now + 5 * _SECOND)
    thawed = datetime.now(UTC).replace(microsecond=0)
    private.thaw()
    states = await asyncio.gather(*edits)
    assert {state.revision for state in states} == {2}
    assert all(state.updated_at >= thawed for state in states)

    async def caught_up() -> bool:
        ran = [await outage.ran(name) for name in names]
        return all(instants(min(one), thawed, _SECOND) <= set(one) for one in ran)

    await eventually(caught_up)
    await lists_caught_up(outage.temporal.client)
    for name, state in zip(names, states, strict=True):
        ran = await outage.ran(name)
        assert set(ran.values()) == {1}
        assert set(ran) == instants(min(ran), max(ran), _SECOND)
        if state.definition.paused:
            assert max(ran) <= state.journal[-1].since


async def _caught_up(temporal: Temporal, task_id: str, up: datetime) -> bool:
    return max(await nominals(temporal.client, task_id)) > up


async def _edited(tasks: Tasks, task_id: str, name: str, **more: object) -> bool:
    """Edit a task, if a worker is back already."""
    try:
        await tasks.replace(task_id, definition(every(1), name=name, **more), by="test")
    except NoWorker:
        return False
    return True
