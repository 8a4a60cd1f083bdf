"""Commands, activities and workflows know which run they belong to."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor, Worker

import onthedot
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import Run, RunStatus
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import command, every, new_task, unique
from tests.outcomes import ended, succeeded
from tests.service.runs.told_code import (
    AsksForItself,
    WhichRun,
    echo,
    which_run,
    which_run_in_a_thread,
)

pytestmark = pytest.mark.anyio

_ALL = OverlapPolicy.ALLOW_ALL
_LONG_AGO = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@asynccontextmanager
async def _plain_worker(temporal: Temporal, *interceptors: Interceptor) -> AsyncIterator[str]:
    """A worker without the plug-in, sandbox and all; the queue that it polls."""
    client = await Client.connect(temporal.address, namespace=temporal.client.namespace)
    queue = f"plain-{uuid4().hex[:8]}"
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            client,
            task_queue=queue,
            activities=[which_run, which_run_in_a_thread, echo],
            workflows=[WhichRun, AsksForItself],
            activity_executor=threads,
            interceptors=interceptors,
        ):
            yield queue


async def _ran(tasks: Tasks, runs: Runs, action: Mapping[str, Any], **more: Any) -> Run:
    """A run by hand, told a past instant, to its end."""
    task_id = unique("told")
    new = new_task(task_id, every(3600), action=action, paused=True, **more)
    await tasks.create(new, by="test")
    asked = await tasks.run_now(task_id, scheduled_for=_LONG_AGO)
    run = await ended(runs, asked.id)
    assert run.status is RunStatus.SUCCEEDED, run.error
    return run


def _expected(run: Run, attempt: int = 1) -> dict[str, Any]:
    return {
        "task_id": run.task_id,
        "run_id": run.id,
        "scheduled_for": _LONG_AGO.isoformat(),
        "attempt": attempt,
        "cause": "manual",
        "idempotency_key": run.id,
    }


def _activity(queue: str, name: str, *arguments: Any) -> dict[str, Any]:
    return {"kind": "activity", "name": name, "arguments": arguments, "task_queue": queue}


async def test_a_command_is_told_in_its_environment(tasks: Tasks, runs: Runs) -> None:
    script = (
        "import json, os, sys\n"
        "told = {k: v for k, v in os.environ.items() if k.startswith('ONTHEDOT_')}\n"
        "sys.exit(1) if told['ONTHEDOT_ATTEMPT'] == '1' else print(json.dumps(told))"
    )
    run = await _ran(
        tasks, runs, command(sys.executable, "-c", script), retry={"initial_interval": 0.1}
    )
    expected = _expected(run, attempt=2) | {"scheduled_for": "2026-03-04T05:06:07Z"}
    assert json.loads(run.output["stdout"]) == {
        f"ONTHEDOT_{name.upper()}": str(value) for name, value in expected.items()
    }


async def test_an_activity_of_anyones_asks_for_its_run(
    temporal: Temporal, tasks: Tasks, runs: Runs
) -> None:
    async with _plain_worker(temporal, onthedot.RunInterceptor()) as queue:
        retried = await _ran(
            tasks, runs, _activity(queue, "which_run", 1), retry={"initial_interval": 0.1}
        )
        assert retried.output == _expected(retried, attempt=2)
        threaded = await _ran(tasks, runs, _activity(queue, "which_run_in_a_thread"))
        assert threaded.output == _expected(threaded)


async def test_headers_reach_a_worker_that_has_nothing_of_ours(
    temporal: Temporal, tasks: Tasks, runs: Runs
) -> None:
    headers: list[Mapping[str, Payload]] = []

    class Theirs(Interceptor):
        def intercept_activity(
            self, next: ActivityInboundInterceptor
        ) -> ActivityInboundInterceptor:
            class Sees(ActivityInboundInterceptor):
                async def execute_activity(self, input: ExecuteActivityInput) -> Any:
                    headers.append(input.headers)
                    return await super().execute_activity(input)

            return Sees(next)

    async with _plain_worker(temporal, Theirs()) as queue:
        run = await _ran(tasks, runs, _activity(queue, "echo"))
        (header,) = headers[0].values()
        assert header.metadata == {"encoding": b"json/plain"}
        expected = _expected(run) | {"scheduled_for": "2026-03-04T05:06:07Z"}
        del expected["attempt"]
        assert json.loads(header.data) == expected


async def test_an_activity_whose_worker_hides_headers_is_told_the_remedy(
    temporal: Temporal, tasks: Tasks, runs: Runs
) -> None:
    async with _plain_worker(temporal) as queue:
        action = _activity(queue, "which_run", 0)
        new = new_task(unique("told"), every(3600), action=action, retry={"max_attempts": 1})
        await tasks.create(new, by="test")
        asked = await tasks.run_now(new.id or "")
        run = await ended(runs, asked.id)
    assert run.error is not None
    assert "interceptors=[onthedot.RunInterceptor()]" in run.error.message


async def test_a_workflow_asks_for_its_run_and_gets_values_in_its_arguments(
    temporal: Temporal, tasks: Tasks, runs: Runs
) -> None:
    action = {
        "kind": "workflow",
        "workflow_type": "WhichRun",
        "arguments": [{"$run": "scheduled_for"}, {"day": [{"$run": "run_id"}], "$run ": 1}, "$run"],
    }
    async with _plain_worker(temporal) as queue:
        run = await _ran(tasks, runs, {**action, "task_queue": queue})
    assert run.output == {
        "run": _expected(run),
        "inner": ["inner"],
        "arguments": ["2026-03-04T05:06:07Z", {"day": [run.id], "$run ": 1}, "$run"],
    }


async def test_what_no_task_runs_has_no_run(temporal: Temporal) -> None:
    assert onthedot.current_run() is None
    async with _plain_worker(temporal, onthedot.RunInterceptor()) as queue:
        said = await temporal.client.execute_workflow(
            "AsksForItself", id=unique("asks"), task_queue=queue
        )
    assert said == [{}, {}]


async def test_each_run_of_a_backfill_gets_its_own_instant(
    temporal: Temporal, tasks: Tasks, runs: Runs, run_list: RunList, backfills: Backfills
) -> None:
    task_id = unique("told")
    arguments = ({"$run": "scheduled_for"}, {"$run": "cause"}, {"$run": "task_id"})
    async with _plain_worker(temporal) as queue:
        action = _activity(queue, "echo", *arguments)
        await tasks.create(new_task(task_id, every(3600), action=action), by="test")
        end = datetime(2026, 3, 4, 5, tzinfo=UTC)
        await backfills.start(task_id, start=end - timedelta(hours=2), end=end, overlap=_ALL)
        await succeeded(temporal, task_id, 3)
    page = await run_list.page(RunFilter(task_id=task_id))
    outputs = [(await runs.get(run.id)).output for run in page.items]
    assert sorted(outputs) == [
        [f"2026-03-04T0{hour}:00:00Z", "backfill", task_id] for hour in (3, 4, 5)
    ]
