"""An edit changes what follows it, and neither adds nor drops an occurrence."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from onthedot.scheduling.task import TaskStatus
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition, every, new_task, unique
from tests.outcomes import in_status
from tests.run_log import instants, nominals, undisturbed
from tests.service.tasks.editing import edit, edit_if_open, expected, near_a_second, settled_runs
from tests.waiting import eventually, until

pytestmark = pytest.mark.anyio

_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("tasks_at_once", "edits"),
    [(3, 8), pytest.param(8, 25, marks=pytest.mark.full)],
)
async def test_edits_near_a_firing_lose_and_double_nothing(
    temporal: Temporal, tasks: Tasks, tasks_at_once: int, edits: int
) -> None:
    outcomes = await asyncio.gather(
        *(_edited(temporal, tasks, edits, seed) for seed in range(tasks_at_once))
    )
    lost = sum(len(expected - set(ran)) for expected, ran in outcomes)
    added = sum(len(set(ran) - expected) for expected, ran in outcomes)
    doubled = sum(1 for _, ran in outcomes for count in ran.values() if count > 1)
    instants = sum(len(expected) for expected, _ in outcomes)
    print(f"{tasks_at_once * edits} edits, {instants} instants: {lost=} {added=} {doubled=}")
    assert (lost, added, doubled) == (0, 0, 0)


async def test_the_phase_is_kept_when_only_the_action_changes(
    temporal: Temporal, tasks: Tasks
) -> None:
    task_id = unique("phase")
    before = await tasks.create(new_task(task_id, every(3600, offset=1234)), by="test")
    message = {"kind": "log", "message": "another"}
    after = await tasks.replace(
        task_id, definition(every(3600, offset=1234), action=message), by="test"
    )
    assert after.next_runs == before.next_runs
    schedule = temporal.client.get_schedule_handle(f"schedule:{task_id}")
    times = (await schedule.describe()).info.next_action_times[:5]
    assert tuple(times) == after.next_runs


async def test_what_jitter_delays_runs_although_the_trigger_is_changed_meanwhile(
    temporal: Temporal, tasks: Tasks
) -> None:
    names = [unique("delayed") for _ in range(8)]
    due = {}
    for name in names:
        task = await tasks.create(new_task(name, every(6, jitter=5)), by="test")
        due[name] = task.next_runs[0]
    nominal = min(at.replace(second=at.second // 6 * 6, microsecond=0) for at in due.values())
    await until(nominal + 0.3 * _SECOND)
    soon, end = datetime.now(UTC) + _SECOND, nominal + 6 * _SECOND
    changed = [name for name in names if soon < due[name] < end]
    assert changed
    for name in changed:
        await tasks.replace(name, definition(every(3600, offset=1)), by="test")
    for name in changed:
        ran = await eventually(partial(nominals, temporal.client, name))
        assert (set(ran), ran.total()) == ({nominal}, 1), name
        await settled_runs(temporal, name)
        (entry,) = (await Ledger(temporal).of(name, nominal, datetime.now(UTC))).items
        assert (entry.at, entry.not_run, entry.reason) == (nominal, False, None), name
        await tasks.delete(name, by="test")


async def test_the_answer_shows_the_next_runs(tasks: Tasks) -> None:
    task_id = unique("answer")
    await tasks.create(new_task(task_id, every(3600)), by="test")
    answer = await tasks.replace(
        task_id, definition(every(60), name="Renamed", tags=["a"]), by="ann", if_match=1
    )
    now = datetime.now(UTC)
    assert len(answer.next_runs) == 5
    assert all(0 < (at - now).total_seconds() <= 300 for at in answer.next_runs)
    assert (answer.revision, answer.updated_by, answer.name) == (2, "ann", "Renamed")
    read = await tasks.get(task_id)
    assert (read.revision, read.tags, read.trigger) == (2, ("a",), answer.trigger)


async def test_each_of_two_edits_at_once_is_answered_with_itself(tasks: Tasks) -> None:
    task_id = unique("twice")
    await tasks.create(new_task(task_id, every(3600)), by="test")
    first, second = await asyncio.gather(
        tasks.replace(task_id, definition(every(3600), name="first"), by="test"),
        tasks.replace(task_id, definition(every(3600), name="second"), by="test"),
    )
    assert (first.name, second.name) == ("first", "second")
    assert {first.revision, second.revision} == {2, 3}


async def test_an_unchanged_max_runs_keeps_its_count(temporal: Temporal, tasks: Tasks) -> None:
    task_id, chance = unique("count"), random.Random(7)
    await tasks.create(new_task(task_id, every(1, max_runs=5)), by="test")
    for number in range(15):
        await near_a_second(chance, 0.05 if number % 2 else 0.5)
        trigger = every(1, max_runs=5)
        if await edit_if_open(temporal, task_id, trigger, name=f"edit {number}") is None:
            break
    assert sum((await _completed(temporal, tasks, task_id)).values()) == 5


async def test_a_changed_max_runs_counts_anew(temporal: Temporal, tasks: Tasks) -> None:
    judged = 0
    while not judged:
        changed = await asyncio.gather(*(_counted_anew(temporal, tasks, seed) for seed in range(6)))
        for since, ran, counts in changed:
            later = [at for at in ran if at > since]
            assert len(later) == 4 or not counts, f"changed {since}, {sorted(ran)} ran"
            judged += counts


async def _counted_anew(
    temporal: Temporal, tasks: Tasks, seed: int
) -> tuple[datetime, Counter[datetime], bool]:
    """Change `max_runs` to 4 about when the task fires; since when that is so, what ran, and
    whether the machine left the task alone."""
    task_id, chance = unique("anew"), random.Random(seed)
    await tasks.create(new_task(task_id, every(1, max_runs=100)), by="test")
    await eventually(lambda: nominals(temporal.client, task_id))
    # What is due just before the change must not use up the new count.
    await near_a_second(chance, 0.1)
    state = await edit(temporal, task_id, every(1, max_runs=4))
    # Edits that come at once must not count anew again.
    await asyncio.gather(*[edit(temporal, task_id, every(1, max_runs=4)) for _ in range(4)])
    assert state.journal[-1].revision == 2
    ran = await _completed(temporal, tasks, task_id)
    return state.journal[-1].since, ran, await undisturbed(temporal.client, task_id)


async def _completed(temporal: Temporal, tasks: Tasks, task_id: str) -> Counter[datetime]:
    await in_status(tasks, task_id, TaskStatus.COMPLETED)
    await settled_runs(temporal, task_id)
    return await nominals(temporal.client, task_id)


async def _edited(
    temporal: Temporal, tasks: Tasks, edits: int, seed: int
) -> tuple[set[datetime], Counter[datetime]]:
    """Change a trigger near the instants at which it fires; what should have run, what did."""
    task_id, chance = unique("edited"), random.Random(seed)
    await tasks.create(new_task(task_id, every(1), overlap="allow_all"), by="test")
    for number in range(edits):
        await near_a_second(chance, 0.15)
        step = chance.choice([1, 1, 1, 2])
        trigger = every(step, offset=chance.randrange(step))
        edited = await edit(temporal, task_id, trigger, overlap="allow_all", name=f"edit {number}")

    async def fired_since() -> bool:
        ran = await nominals(temporal.client, task_id)
        return max(ran, default=edited.journal[0].since) > edited.journal[-1].since

    await eventually(fired_since)
    trigger = every(3600, offset=1)
    state = await edit(temporal, task_id, trigger, overlap="allow_all", paused=True)
    await settled_runs(temporal, task_id)
    ran = await nominals(temporal.client, task_id)
    assert instants(min(ran), max(ran), _SECOND) >= set(ran)
    await tasks.delete(task_id, by="test")
    return expected(state, state.journal[-1].since), ran
