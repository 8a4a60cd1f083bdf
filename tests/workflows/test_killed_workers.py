"""Workers that are killed, also in the middle of an edit, or not running."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from onthedot import naming
from onthedot.scheduling.checking.registration import settle
from onthedot.scheduling.outages import NoWorker
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.stored.backfill import BackfillStatus
from onthedot.scheduling.stored.task_change import Change, ChangeKind
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import command, definition, every, new_task, once, unique
from tests.outcomes import over
from tests.run_log import instants, lists_caught_up, nominals
from tests.service.tasks.editing import expected
from tests.waiting import eventually, until
from tests.workflows.private_temporal import PrivateTemporal
from tests.workflows.private_temporal import private as private

pytestmark = [pytest.mark.anyio, pytest.mark.faults, pytest.mark.full]

_SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
async def served(private: PrivateTemporal) -> Temporal:
    return await private.start()


async def test_a_worker_that_comes_back_within_the_window(
    private: PrivateTemporal, served: Temporal
) -> None:
    """Registered while no worker runs: everything that was due since then runs, each once."""
    tasks = Tasks(served)
    names = {overlap: unique(overlap.replace("_", "-")) for overlap in ("allow_all", "buffer_all")}
    for overlap, name in names.items():
        await tasks.create(new_task(name, every(1), overlap=overlap), by="test")
    limited, short, jittered = unique("limited"), unique("short"), unique("jittered")
    await tasks.create(new_task(limited, every(1, max_runs=3), overlap="buffer_all"), by="test")
    window = {"overlap": "allow_all", "catchup_window": 10}
    await tasks.create(new_task(short, every(1), **window), by="test")
    trigger = every(2, jitter=2)
    await tasks.create(new_task(jittered, trigger, overlap="allow_all"), by="test")
    single = unique("single")
    await tasks.create(new_task(single, once(1)), by="test")
    registered = datetime.now(UTC)
    with pytest.raises(NoWorker):
        await tasks.pause(single, by="test")
    await until(registered + 12 * _SECOND)
    back = datetime.now(UTC)
    worker = private.start_worker()

    async def all_ran(name: str, since: datetime, step: timedelta = _SECOND) -> bool:
        ran = await nominals(served.client, name)
        if not ran or max(ran) <= back:
            return False
        assert set(ran.values()) == {1}
        return min(ran) <= since and set(ran) == instants(min(ran), max(ran), step)

    for name in names.values():
        await eventually(partial(all_ran, name, registered + _SECOND))
    await eventually(lambda: all_ran(jittered, registered + 2 * _SECOND, 2 * _SECOND))
    await eventually(lambda: all_ran(short, back))
    assert min(await nominals(served.client, short)) > back - 11 * _SECOND
    assert len(await nominals(served.client, limited)) == 3
    assert (await tasks.get(single)).status == "completed"
    for name in (*names.values(), short, jittered):
        await tasks.delete(name, by="test")
    worker.kill()


@pytest.mark.parametrize(("edits", "kills"), [(8, 2), (50, 12)])
@pytest.mark.timeout(600)
async def test_edits_that_a_kill_cuts_in_half(
    private: PrivateTemporal, served: Temporal, edits: int, kills: int
) -> None:
    chance, task_id = random.Random(edits), unique("killed")
    worker = private.start_worker()
    await Tasks(served).create(new_task(task_id, every(1), overlap="allow_all"), by="test")
    await eventually(lambda: nominals(served.client, task_id))
    handle = served.client.get_workflow_handle(naming.task_workflow(task_id))

    async def edit(number: int) -> TaskState:
        now = datetime.now(UTC)
        trigger = every(1 + number % 2, offset=number % 2)
        settled = settle(
            definition(trigger, overlap="allow_all", paused=number == edits - 1),
            task_id=task_id,
            now=now,
        )
        change = Change(
            kind=ChangeKind.REPLACE,
            by="test",
            not_after=now + timedelta(minutes=5),
            definition=settled,
        )
        state: TaskState = await handle.execute_update(naming.CHANGE, change, result_type=TaskState)
        return state

    lethal = set(chance.sample(range(edits - 1), kills))
    for number in range(edits):
        going = asyncio.create_task(edit(number))
        if number in lethal:
            await asyncio.sleep(chance.uniform(0, 0.06))
            worker.kill()
            worker = private.start_worker()
        state = await going
        await asyncio.sleep(chance.uniform(0, 0.8))
    assert state.revision == edits + 1
    await lists_caught_up(served.client)
    ran = await nominals(served.client, task_id)
    # A task remembers its latest fifty definitions.
    first = max(min(ran), state.journal[0].since)
    ran = Counter({at: count for at, count in ran.items() if at >= first})
    wanted = {at for at in expected(state, state.journal[-1].since) if at >= first}
    lost, added = wanted - set(ran), set(ran) - wanted
    doubled = [at for at, count in ran.items() if count > 1]
    print(f"{edits} edits, {kills} kills, {len(ran)} instants: {lost=} {added=} {doubled=}")
    assert (lost, added, doubled) == (set(), set(), [])
    await Tasks(served).delete(task_id, by="test")
    worker.kill()


async def test_a_backfill_survives_its_worker(private: PrivateTemporal, served: Temporal) -> None:
    worker, task_id = private.start_worker(), unique("backfill")
    new = new_task(task_id, every(60), action=command("sleep", "0.5"))
    await Tasks(served).create(new, by="test")
    end = datetime(2026, 3, 4, 5, tzinfo=UTC)
    backfills, run_list = Backfills(served), RunList(served)
    started = await backfills.start(
        task_id, start=end - 7 * 60 * _SECOND, end=end, overlap=OverlapPolicy.BUFFER_ALL
    )
    await eventually(lambda: run_list.count(RunFilter(task_id=task_id)))
    worker.kill()
    private.start_worker()
    done = await over(backfills, started.id)
    assert (done.status, done.done, done.total) == (BackfillStatus.COMPLETED, 8, 8)
    ran = [run.scheduled_for for run in (await run_list.page(RunFilter(task_id=task_id))).items]
    assert sorted(ran) == sorted(instants(end - 7 * 60 * _SECOND, end, 60 * _SECOND))
