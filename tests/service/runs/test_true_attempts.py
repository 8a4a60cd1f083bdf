"""When attempts really began, how many there were, and what they left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.run import Run, RunStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import command, http, new_task, once, unique
from tests.outcomes import last_run
from tests.service.foreign_code import REPORTED, STARTED, foreign_worker
from tests.waiting import at_load, eventually, until

pytestmark = pytest.mark.anyio

_FOREIGN: list[dict[str, Any]] = [
    {"kind": "activity", "name": "say", "arguments": ["ha"]},
    {"kind": "workflow", "workflow_type": "Sleeper", "arguments": [0.1]},
]


@pytest.mark.parametrize("action", _FOREIGN, ids=lambda action: str(action["kind"]))
async def test_lateness_counts_waiting_for_somebody_elses_worker(
    tasks: Tasks, runs: Runs, run_list: RunList, temporal: Temporal, action: dict[str, Any]
) -> None:
    queue = unique("late")
    task_id = await _began(tasks, action | {"task_queue": queue})
    came = (await tasks.get(task_id)).created_at + timedelta(seconds=3)
    await until(came)
    async with foreign_worker(temporal.client, queue):
        run = await last_run(tasks, runs, task_id)
    assert run.started_at is not None
    assert run.lateness is not None
    assert run.started_at >= came - timedelta(milliseconds=50)
    assert run.lateness == run.started_at - run.scheduled_for >= timedelta(seconds=2.5)
    assert (run.status, run.attempts) == (RunStatus.SUCCEEDED, 1)

    async def listed() -> bool:
        rows = (await run_list.page(RunFilter(task_id=task_id))).items
        return [(row.lateness, row.started_at) for row in rows] == [(run.lateness, run.started_at)]

    await eventually(listed)


async def test_failed_attempts_of_somebody_elses_activity_are_counted(
    tasks: Tasks, runs: Runs, temporal: Temporal
) -> None:
    often = {"max_attempts": 1000, "initial_interval": 0.1, "backoff": 1}
    async with foreign_worker(temporal.client) as queue:
        for name, deadline, retry in (
            ("fail_twice_and_hang", min(at_load(10), 50), often),
            ("fail_always", 60, often | {"max_attempts": 4}),
        ):
            word = unique("word")
            action = {"kind": "activity", "name": name, "arguments": [word], "task_queue": queue}
            run = await _run(tasks, runs, action, timeout=60, deadline=deadline, retry=retry)
            assert run.attempts == STARTED.count(word) > 2
            assert run.attempts_made[-1].attempt == run.attempts
            assert run.error is not None
            assert word in run.error.message


async def test_no_attempt_is_made_where_nobody_takes_it_up(tasks: Tasks, runs: Runs) -> None:
    for action in _FOREIGN:
        queue = {"task_queue": unique("nobody")}
        run = await _run(tasks, runs, {**action, **queue}, deadline=1.5)
        assert (run.status, run.attempts) == (RunStatus.TIMED_OUT, 0)
        assert run.lateness is not None
        assert run.lateness >= timedelta(seconds=1)


async def test_a_dead_worker_is_noticed_by_its_heartbeats(
    tasks: Tasks, runs: Runs, temporal: Temporal
) -> None:
    async with foreign_worker(temporal.client) as queue:
        action = {"kind": "activity", "name": "die_once", "arguments": [unique("word")]}
        more = {"task_queue": queue, "heartbeat_timeout": round(at_load(1))}
        run = await _run(tasks, runs, action | more, timeout="PT4H", deadline="PT9H")
    assert (run.status, run.attempts, run.output) == (RunStatus.SUCCEEDED, 2, 2)


async def test_a_heartbeat_timeout_of_nothing_is_refused(tasks: Tasks) -> None:
    action = {"kind": "activity", "name": "any", "heartbeat_timeout": 0}
    with pytest.raises(InvalidDefinition) as refused:
        await tasks.create(new_task(unique("none"), once(0), action=action), by="test")
    assert refused.value.problems[0].field == "action.heartbeat_timeout"


async def test_every_attempt_up_to_the_deadline_is_told(
    tasks: Tasks, runs: Runs, receiver: Receiver
) -> None:
    """Retries at 10 ms, and the deadline in the middle of the fourth attempt."""
    receiver.plan = [web.Response(status=500, text=f"no {number}") for number in range(3)]
    retry = {"max_attempts": 100, "initial_interval": 0.01}
    action = http(receiver.url("/planned_then_hang"))
    run = await _run(tasks, runs, action, deadline=min(at_load(6), 40), timeout=50, retry=retry)
    assert len(receiver.requests) == run.attempts == 4
    assert (run.status, run.error and run.error.type) == (RunStatus.TIMED_OUT, "DeadlineExceeded")
    assert [made.attempt for made in run.attempts_made] == [1, 2, 3, 4]
    errors = [made.error.type for made in run.attempts_made if made.error]
    assert errors == ["HttpStatus"] * 3 + ["DeadlineExceeded"]
    assert run.started_at == run.attempts_made[0].started_at


async def test_the_last_error_is_told_where_no_time_is_left_for_another_attempt(
    tasks: Tasks, runs: Runs, receiver: Receiver
) -> None:
    receiver.plan = [web.Response(status=500, text=f"no {number}") for number in range(9)]
    # The third attempt would come after any deadline.
    retry = {"max_attempts": 100, "initial_interval": 0.6, "backoff": 100, "max_interval": 60}
    action, deadline = http(receiver.url("/planned")), min(at_load(2), 40)
    run = await _run(tasks, runs, action, deadline=deadline, retry=retry)
    assert (run.status, run.error and run.error.type) == (RunStatus.TIMED_OUT, "HttpStatus")
    assert run.attempts == len(receiver.requests) == len(run.attempts_made) == 2
    assert run.output["body"] == f"no {run.attempts - 1}"


def _talking(wrote: Path) -> dict[str, Any]:
    return command("sh", "-c", 'echo so far; touch "$0"; sleep 60', str(wrote))


async def test_what_a_cancelled_command_wrote_is_kept(
    tasks: Tasks, runs: Runs, tmp_path: Path
) -> None:
    wrote = tmp_path / "wrote"
    task_id = await _began(tasks, _talking(wrote), timeout=50)
    run = await _cancelled(tasks, runs, task_id, wrote.exists)
    assert (run.status, run.attempts) == (RunStatus.CANCELLED, 1)
    assert run.output["stdout"] == "so far\n"
    assert len(run.attempts_made) == 1


async def test_what_a_command_wrote_until_the_deadline_is_kept(
    tasks: Tasks, runs: Runs, tmp_path: Path
) -> None:
    deadline = min(at_load(3), 40)
    run = await _run(tasks, runs, _talking(tmp_path / "wrote"), timeout=50, deadline=deadline)
    assert (run.status, run.attempts) == (RunStatus.TIMED_OUT, 1)
    assert run.output["stdout"] == "so far\n"


@pytest.mark.parametrize("limit", [20, 90], ids=["local", "ordinary"])
async def test_what_a_receiver_said_before_the_cancel_is_kept(
    tasks: Tasks, runs: Runs, receiver: Receiver, limit: int
) -> None:
    task_id = await _began(tasks, http(receiver.url("/trickle")), timeout=limit)
    run = await _cancelled(tasks, runs, task_id, lambda: receiver.trickled >= 20)
    assert (run.status, run.attempts) == (RunStatus.CANCELLED, 1)
    assert run.output["status"] == 200


async def test_what_an_activity_reported_before_the_cancel_is_kept(
    tasks: Tasks, runs: Runs, temporal: Temporal
) -> None:
    async with foreign_worker(temporal.client) as queue:
        action = {"kind": "activity", "name": "report_progress", "task_queue": queue}
        reported = len(REPORTED)
        task_id = await _began(tasks, action, timeout=50)
        run = await _cancelled(tasks, runs, task_id, lambda: len(REPORTED) >= reported + 20)
    assert (run.status, run.attempts) == (RunStatus.CANCELLED, 1)
    assert run.output["percent"] >= 0
    assert run.started_at is not None


async def _began(tasks: Tasks, action: dict[str, Any], **more: Any) -> str:
    task_id = unique("true")
    await tasks.create(new_task(task_id, once(0), action=action, **more), by="test")
    return task_id


async def _run(tasks: Tasks, runs: Runs, action: dict[str, Any], **more: Any) -> Run:
    return await last_run(tasks, runs, await _began(tasks, action, **more))


async def _cancelled(tasks: Tasks, runs: Runs, task_id: str, far_enough: Callable[[], bool]) -> Run:
    await eventually(far_enough)

    async def begun() -> Run | None:
        last = (await tasks.get(task_id)).last_run
        return await runs.get(last.id) if last else None

    run = await eventually(begun)
    await runs.cancel(run.id)
    return await last_run(tasks, runs, task_id)
