"""Attempts, timeouts and deadlines, as runs report them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from onthedot.scheduling.run import Run, RunStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import command, http, new_task, once, unique
from tests.outcomes import last_run
from tests.run_log import listed_runs
from tests.service.foreign_code import foreign_worker
from tests.waiting import at_load, eventually

pytestmark = pytest.mark.anyio

_QUICK = {"max_attempts": 3, "initial_interval": 0.02}


async def test_attempts_are_counted_through_local_and_ordinary_ones(
    tasks: Tasks, runs: Runs, run_list: RunList, receiver: Receiver
) -> None:
    receiver.plan = [web.Response(status=500), web.Response(status=503), web.json_response(7)]
    run = await _run(tasks, runs, http(receiver.url("/planned")), retry=_QUICK)
    assert (run.status, run.attempts, run.output["body"]) == (RunStatus.SUCCEEDED, 3, 7)
    ended = RunFilter(task_id=run.task_id, status=RunStatus.SUCCEEDED)
    (row,) = await listed_runs(run_list, ended)
    assert row.attempts == 3
    numbers = [request.headers["X-OnTheDot-Attempt"] for request in receiver.requests]
    assert numbers == ["1", "2", "3"]
    assert {request.headers["Idempotency-Key"] for request in receiver.requests} == {run.id}


async def test_the_last_attempt_is_told(tasks: Tasks, runs: Runs, receiver: Receiver) -> None:
    receiver.plan = [web.Response(status=500, text=f"no {number}") for number in range(3)]
    run = await _run(tasks, runs, http(receiver.url("/planned")), retry=_QUICK)
    assert (run.status, run.attempts) == (RunStatus.FAILED, 3)
    assert run.error is not None
    assert run.error.type == "HttpStatus"
    assert run.output["body"] == "no 2"


async def test_what_is_final_is_not_tried_again(
    tasks: Tasks, runs: Runs, receiver: Receiver
) -> None:
    receiver.plan = [web.json_response({"why": "no such hook"}, status=404)]
    run = await _run(tasks, runs, http(receiver.url("/planned?k=v")), retry=_QUICK)
    assert (run.status, run.attempts) == (RunStatus.FAILED, 1)
    assert run.error is not None
    assert run.error.type == "HttpStatus"
    assert run.error.message == f"POST {receiver.url('/planned')} returned 404."
    assert run.output["body"] == {"why": "no such hook"}
    assert len(receiver.requests) == 1


async def test_a_failed_run_is_logged_as_ended_after_it_began(
    tasks: Tasks, runs: Runs, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "onthedot.runs")
    receiver.plan = [web.Response(status=500)]
    run = await _run(tasks, runs, http(receiver.url("/planned")), retry={"max_attempts": 1})
    assert run.status is RunStatus.FAILED

    async def line() -> dict[str, Any] | None:
        told = [json.loads(r.getMessage()) for r in caplog.records if r.name == "onthedot.runs"]
        return next((each for each in told if each["task"] == run.task_id), None)

    logged = await eventually(line)
    began, ended = (datetime.fromisoformat(logged[key]) for key in ("started_at", "finished_at"))
    assert began <= ended


async def test_a_waiting_run_tells_what_failed(
    tasks: Tasks, runs: Runs, receiver: Receiver
) -> None:
    receiver.plan = [
        web.Response(status=500),
        web.Response(status=503, headers={"Retry-After": "5"}),
        web.json_response(7),
    ]
    task_id = unique("waiting")
    retry = {"max_attempts": 3, "initial_interval": 1.5}
    new = new_task(task_id, once(0), action=http(receiver.url("/planned")), retry=retry)
    await tasks.create(new, by="test")

    async def after(attempts: int) -> Run | None:
        task = await tasks.get(task_id)
        if task.last_run is None:
            return None
        run = await runs.get(task.last_run.id)
        return run if run.attempts >= attempts and run.waiting_for else None

    first = await eventually(lambda: after(1))
    assert first is not None
    assert (first.status, first.attempts) == (RunStatus.RUNNING, 1)
    assert "500" in first.waiting_for
    second = await eventually(lambda: after(2))
    assert second is not None
    assert "503" in second.waiting_for
    done = await last_run(tasks, runs, task_id)
    assert (done.status, done.attempts) == (RunStatus.SUCCEEDED, 3)
    assert done.finished_at is not None
    assert done.started_at is not None
    # 1.5 s by the task's own policy, then not its 3 s but 5 s, because the receiver asked for it.
    assert done.finished_at - done.started_at >= timedelta(seconds=6.4)


async def test_a_timeout_of_every_attempt(tasks: Tasks, runs: Runs, receiver: Receiver) -> None:
    retry = {"max_attempts": 2, "initial_interval": 0}
    run = await _run(tasks, runs, http(receiver.url("/hang")), timeout=0.3, retry=retry)
    assert (run.status, run.attempts) == (RunStatus.FAILED, 2)
    assert run.error is not None
    assert run.error.type == "Timeout"


async def test_the_deadline_ends_a_run(
    tasks: Tasks, runs: Runs, run_list: RunList, receiver: Receiver
) -> None:
    retry = {"max_attempts": 1000, "initial_interval": 0.3, "backoff": 1}
    receiver.plan = [web.Response(status=500)] * 9
    actions = [
        http(receiver.url("/hang")),
        http(receiver.url("/planned")),
        command("false"),
        command("sleep", "60"),
    ]
    for action in actions:
        began = datetime.now(UTC)
        run = await _run(tasks, runs, action, timeout=50, deadline=1.5, retry=retry)
        assert run.status is RunStatus.TIMED_OUT, action
        assert datetime.now(UTC) - began < timedelta(seconds=40)
        which = RunFilter(task_id=run.task_id, status=RunStatus.TIMED_OUT)
        (row,) = await listed_runs(run_list, which)
        assert row.id == run.id


async def test_a_late_start_is_told_and_an_early_one_never(tasks: Tasks, runs: Runs) -> None:
    run = await _run(tasks, runs, command("true"), delay=0.4)
    assert run.started_at is not None
    assert run.lateness == run.started_at - run.scheduled_for
    assert timedelta(0) <= run.lateness < timedelta(seconds=30)


async def test_somebody_elses_activity(tasks: Tasks, runs: Runs, temporal: Temporal) -> None:
    async with foreign_worker(temporal.client) as queue:
        action = {"kind": "activity", "name": "fail_twice", "arguments": ["ha"]}
        run = await _run(tasks, runs, action | {"task_queue": queue}, retry=_QUICK)
        assert (run.status, run.attempts, run.output) == (RunStatus.SUCCEEDED, 3, "hahaha")
        run = await _run(tasks, runs, {"kind": "activity", "name": "refuse", "task_queue": queue})
        assert (run.status, run.attempts) == (RunStatus.FAILED, 1)
        assert run.error is not None
        assert (run.error.type, run.error.message) == ("Never", "never")


async def test_somebody_elses_workflow(tasks: Tasks, runs: Runs, temporal: Temporal) -> None:
    async with foreign_worker(temporal.client) as queue:
        action = {"kind": "workflow", "workflow_type": "Sleeper", "task_queue": queue}
        run = await _run(tasks, runs, action | {"arguments": [0.1]})
        assert (run.status, run.output) == (RunStatus.SUCCEEDED, "slept")
        run = await _run(tasks, runs, action | {"arguments": [60]}, deadline=1.5)
        assert run.status is RunStatus.TIMED_OUT


async def test_a_queue_that_nobody_polls_is_the_reason(tasks: Tasks, runs: Runs) -> None:
    # Long enough to be seen.
    deadline = min(at_load(5), 40)

    async def says_so(action: dict[str, Any]) -> None:
        task_id = unique("nobody")
        new = new_task(task_id, once(0), action=action, deadline=deadline, timeout=60)
        await tasks.create(new, by="test")

        async def reason() -> str:
            last = (await tasks.get(task_id)).last_run
            return (await runs.get(last.id)).waiting_for if last else ""

        assert "'nobody'" in await eventually(reason)
        run = await last_run(tasks, runs, task_id)
        assert run.status is RunStatus.TIMED_OUT
        assert run.error is not None
        assert "nobody" in run.error.message

    await asyncio.gather(
        says_so({"kind": "activity", "name": "any", "task_queue": "nobody"}),
        says_so({"kind": "workflow", "workflow_type": "Any", "task_queue": "nobody"}),
    )


async def _run(
    tasks: Tasks, runs: Runs, action: dict[str, Any], *, delay: float = 0, **more: Any
) -> Run:
    task_id = unique("run")
    await tasks.create(new_task(task_id, once(delay), action=action, **more), by="test")
    return await last_run(tasks, runs, task_id)
