"""What a run in progress is doing, since when, and when it tries again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from onthedot.scheduling.run import Run, RunPhase, RunStatus
from onthedot.service.overview.workers import WorkersReader
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import command, http, new_task, once, unique
from tests.outcomes import last_run
from tests.service.foreign_code import foreign_worker
from tests.waiting import at_load, eventually
from tests.workers import on_its_own

pytestmark = pytest.mark.anyio

_NEAR = timedelta(seconds=3)


class _Running:
    """A task's run, looked at while it runs."""

    def __init__(self, tasks: Tasks, runs: Runs) -> None:
        self._tasks, self._runs = tasks, runs
        self.id = unique("phase")

    async def begin(self, action: dict[str, Any], **more: Any) -> None:
        await self._tasks.create(new_task(self.id, once(0), action=action, **more), by="test")

    async def read(self) -> Run | None:
        last = (await self._tasks.get(self.id)).last_run
        return await self._runs.get(last.id) if last else None

    async def comes_to(self, phase: RunPhase, attempt: int = 1) -> Run:
        async def there() -> Run | None:
            run = await self.read()
            return run if run and (run.phase, run.attempt) == (phase, attempt) else None

        run = await eventually(there)
        assert run.status is RunStatus.RUNNING
        assert run.phase_since is not None
        assert abs(datetime.now(UTC) - run.phase_since) < timedelta(seconds=at_load(20))
        return run

    async def cancel(self) -> None:
        run = await self.read()
        assert run is not None
        await self._runs.cancel(run.id)


@pytest.fixture
def running(tasks: Tasks, runs: Runs) -> _Running:
    return _Running(tasks, runs)


@pytest.mark.parametrize("limit", [20, 90], ids=["local", "ordinary"])
async def test_an_attempt_that_goes_on(running: _Running, receiver: Receiver, limit: int) -> None:
    await running.begin(http(receiver.url("/hang")), timeout=limit)
    await receiver.arrived.wait()
    run = await running.comes_to(RunPhase.ATTEMPTING)
    assert run.started_at is not None
    assert abs(run.started_at - run.scheduled_for) < _NEAR
    assert run.lateness == run.started_at - run.scheduled_for
    assert run.attempts == 1
    assert [made.started_at for made in run.attempts_made] == [run.started_at]
    receiver.release.set()


async def test_a_command_that_goes_on(running: _Running) -> None:
    await running.begin(command("sleep", "60"), timeout=90)
    run = await running.comes_to(RunPhase.ATTEMPTING)
    assert run.started_at is not None
    assert run.attempts == 1
    await running.cancel()


async def test_waiting_for_the_next_attempt(running: _Running, receiver: Receiver) -> None:
    receiver.plan = [web.Response(status=500), web.Response(status=503), web.json_response(1)]
    # Long enough to be seen.
    pause = timedelta(seconds=round(at_load(2)))
    retry = {"max_attempts": 3, "initial_interval": pause.total_seconds(), "backoff": 1}
    await running.begin(http(receiver.url("/planned")), retry=retry)
    for attempt, status in ((2, "500"), (3, "503")):
        run = await running.comes_to(RunPhase.BACKING_OFF, attempt)
        assert run.next_attempt_at is not None
        assert run.attempts == attempt - 1
        assert [made.attempt for made in run.attempts_made] == list(range(1, attempt))
        assert all(made.started_at and made.ended_at for made in run.attempts_made)
        ended = run.attempts_made[-1].ended_at
        assert ended is not None
        assert pause <= run.next_attempt_at - ended < pause + timedelta(seconds=at_load(2))
        assert run.attempts_made[-1].error is not None
        assert status in run.attempts_made[-1].error.message
        assert run.started_at == run.attempts_made[0].started_at


async def test_waiting_for_a_place(tasks: Tasks, runs: Runs, temporal: Temporal) -> None:
    held = [_Running(tasks, runs) for _ in range(10)]
    for one in held:
        await one.begin(command("sleep", "60"), timeout=90)
    for one in held:
        await one.comes_to(RunPhase.ATTEMPTING)
    waiting = _Running(tasks, runs)
    await waiting.begin(command("true"))
    run = await waiting.comes_to(RunPhase.WAITING_FOR_PLACE)
    assert (run.started_at, run.attempts, run.attempts_made) == (None, 0, ())
    full = f"10 of 10 places of worker {temporal.client.identity} are taken, 1 waits."
    assert run.waiting_for == full

    async def all_are_taken() -> bool:
        read = await WorkersReader(temporal).read()
        (worker,) = [w for w in read.workers if w.identity == temporal.client.identity]
        actions, commands = worker.taken("actions"), worker.taken("commands")
        return (
            actions is not None
            and (actions.held, actions.waiting) == (11, 1)
            and commands is not None
            and (commands.held, commands.places, commands.waiting) == (10, 10, 1)
        )

    # Workers report this every few seconds.
    await eventually(all_are_taken)
    for one in held:
        await one.cancel()
    run = await last_run(tasks, runs, waiting.id)
    assert (run.status, run.attempts) == (RunStatus.SUCCEEDED, 1)
    assert run.phase is None


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "activity", "name": "sleep_long"},
        {"kind": "workflow", "workflow_type": "Sleeper", "arguments": [30]},
    ],
    ids=lambda action: str(action["kind"]),
)
async def test_somebody_elses_worker(
    running: _Running, temporal: Temporal, action: dict[str, Any]
) -> None:
    queue = unique("phases")
    await running.begin({**action, "task_queue": queue}, timeout=60)
    run = await running.comes_to(RunPhase.WAITING_FOR_WORKER)
    assert (run.started_at, run.attempts) == (None, 0)
    came = datetime.now(UTC)
    async with foreign_worker(temporal.client, queue):
        run = await running.comes_to(RunPhase.ATTEMPTING)
        assert run.started_at is not None
        assert run.started_at >= came - timedelta(milliseconds=50)
        assert run.attempts == 1
        await running.cancel()


async def test_a_run_that_no_worker_takes_up(temporal: Temporal) -> None:
    """On a separate queue that no worker polls."""
    alone = on_its_own(temporal)
    running = _Running(Tasks(alone), Runs(alone))
    await running.begin(command("true"))
    run = await running.comes_to(RunPhase.WAITING_FOR_WORKER)
    assert (run.started_at, run.attempts) == (None, 0)
    await alone.client.get_workflow_handle(f"task:{running.id}").terminate()
