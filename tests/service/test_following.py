"""Output that many watch, and output whose worker is killed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.stored.live import LiveAnswer, LiveQuestion
from onthedot.service.output import following as following_module
from onthedot.service.output.asking import ask_worker
from onthedot.service.output.following import Following
from onthedot.service.output.reading import read_output
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests import workers
from tests.definitions import command, every, new_task, unique
from tests.faults.part import Part
from tests.outcomes import ended
from tests.service.foreign_code import foreign_worker
from tests.waiting import at_load, eventually

pytestmark = pytest.mark.anyio

StartWorker = Callable[[], Part]


async def begin(temporal: Temporal, script: str, *arguments: str, **more: Any) -> str:
    """Starts a run of a shell script; returns its id."""
    action = command("sh", "-c", script, "sh", *arguments)
    return await begin_action(temporal, action, **more)


async def begin_action(temporal: Temporal, action: dict[str, Any], **more: Any) -> str:
    name, tasks = unique("output"), Tasks(temporal)
    await tasks.create(new_task(name, every(86_400), action=action, **more), by="test")
    return (await tasks.run_now(name)).id


async def text(temporal: Temporal, run_id: str) -> str:
    return "".join(piece.text for piece in (await read_output(temporal, run_id)).pieces)


@pytest.fixture
def elsewhere(temporal: Temporal) -> Temporal:
    """The same Temporal with a queue that no worker polls yet."""
    return workers.on_its_own(temporal)


@pytest.fixture
def start_worker(elsewhere: Temporal, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts a worker for that queue as a process."""
    started: list[Part] = []

    def start() -> Part:
        settings = {
            "TEMPORAL_ADDRESS": elsewhere.address,
            "TEMPORAL_NAMESPACE": elsewhere.client.namespace,
            "ONTHEDOT_TASK_QUEUE": elsewhere.task_queue,
            "ONTHEDOT_ALLOW_COMMANDS": "true",
        }
        started.append(workers.start_worker(tmp_path, settings))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


async def test_what_a_killed_worker_had_read_is_kept(
    elsewhere: Temporal, start_worker: StartWorker, tmp_path: Path
) -> None:
    worker = start_worker()
    again = 'echo "attempt $ONTHEDOT_ATTEMPT"; [ "$ONTHEDOT_ATTEMPT" = 2 ] || sleep 60'
    retry = {"max_attempts": 2, "initial_interval": 1}
    retried = await begin(elsewhere, again, retry=retry, timeout=90)
    lost = await begin(elsewhere, "echo only; sleep 60", retry={"max_attempts": 1}, timeout=90)
    following, seen = Following(elsewhere), ""

    async def heartbeat_has_it() -> bool:
        return "attempt 1" in await text(elsewhere, retried) and "only" in await text(
            elsewhere, lost
        )

    async with aclosing(following.follow(retried)) as updates:
        async for update in updates:
            seen += "".join(piece.text for piece in update.pieces)
            if worker.running and seen:
                await eventually(heartbeat_has_it)
                worker.kill()
                start_worker()
    assert seen == "attempt 1\nattempt 2\n"
    assert await text(elsewhere, retried) == seen
    run = await ended(Runs(elsewhere), lost)
    assert await text(elsewhere, lost) == "only\n"
    assert run.error is not None
    assert (run.error.type, run.output["stdout"]) == ("WorkerLost", "only\n")


async def test_many_who_watch_cost_as_much_as_one(
    temporal: Temporal, tasks: Tasks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    # It counts the questions, and asks them.
    async def counted(
        temporal: Temporal, identity: str, question: LiveQuestion
    ) -> LiveAnswer | None:
        asked.append(len(question.wanted))
        return await ask_worker(temporal, identity, question)

    monkeypatch.setattr(following_module, "ask_worker", counted)
    script = 'echo begun; while [ ! -e "$1" ]; do sleep 0.02; done; echo done'
    gate = tmp_path / "gate"
    run_ids = [await begin(temporal, script, str(gate)) for _ in range(2)]
    following, seen = Following(temporal), dict.fromkeys(range(10), "")

    async def watch(number: int) -> None:
        async with aclosing(following.follow(run_ids[number % 2])) as updates:
            async for update in updates:
                seen[number] += "".join(piece.text for piece in update.pieces)

    watching = asyncio.gather(*(watch(number) for number in range(10)))
    await eventually(lambda: all(seen.values()))
    before, since = len(asked), time.monotonic()
    await eventually(lambda: len(asked) >= before + 3)
    assert len(asked) - before <= (time.monotonic() - since) / following_module._PACE + 1
    assert set(asked[before:]) == {2}
    gate.touch()
    await watching
    assert set(seen.values()) == {"begun\ndone\n"}
    ended = len(asked)
    await asyncio.sleep(0.6)
    assert len(asked) == ended


async def test_watching_adds_no_event(temporal: Temporal, tasks: Tasks) -> None:
    async def events(run_id: str) -> int:
        address = RunAddress.parse(run_id)
        handle = temporal.client.get_workflow_handle(address.workflow_id, run_id=address.execution)
        return len((await handle.fetch_history()).events)

    run_ids = [await begin(temporal, "echo begun; sleep 0.7; echo done") for _ in range(2)]
    async with aclosing(Following(temporal).follow(run_ids[0])) as updates:
        seen = "".join([p.text async for update in updates for p in update.pieces])
    assert seen == "begun\ndone\n"
    assert (await ended(Runs(temporal), run_ids[1])).status is RunStatus.SUCCEEDED
    assert await events(run_ids[0]) == await events(run_ids[1])


async def heartbeats(temporal: Temporal, run_id: str, count: int) -> list[int]:
    """The first heartbeats that are seen."""
    seen: list[str] = []
    async with aclosing(Following(temporal).follow(run_id)) as updates:
        async for update in updates:
            seen += [piece.text for piece in update.pieces]
            if len(seen) >= count:
                break
    await Runs(temporal).cancel(run_id)
    return [json.loads(line)["percent"] for line in seen]


async def test_what_somebody_elses_activity_says(temporal: Temporal, tasks: Tasks) -> None:
    queue = unique("heartbeats")
    action = {"kind": "activity", "name": "report_progress", "task_queue": queue}
    async with foreign_worker(temporal.client, queue):
        run_id = await begin_action(temporal, action, timeout=60)
        percents = await heartbeats(temporal, run_id, 2)
    assert percents == sorted(set(percents))
    assert percents[0] == 0


async def test_what_an_activity_of_our_worker_says(elsewhere: Temporal) -> None:
    """Sooner than the SDK reports it to Temporal, which is every two seconds."""
    async with foreign_worker(elsewhere.client, elsewhere.task_queue):
        action = {"kind": "activity", "name": "report_progress"}
        run_id = await begin_action(elsewhere, action, timeout=60)
        await heartbeats_begin(elsewhere, run_id)
        began = time.monotonic()
        percents = await heartbeats(elsewhere, run_id, 4)
        assert time.monotonic() - began < at_load(3)
    assert percents == sorted(set(percents))


async def heartbeats_begin(temporal: Temporal, run_id: str) -> None:
    async def begun() -> bool:
        return bool((await read_output(temporal, run_id)).pieces)

    await eventually(begun)
