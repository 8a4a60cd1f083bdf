"""The same activities under a real worker of a real Temporal server."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from onthedot import naming
from onthedot.activities.command.activity import CommandActivities
from onthedot.activities.http.activity import HttpActivities
from onthedot.activities.secrets.store import Secrets
from onthedot.scheduling.stored.attempt import (
    HEARTBEAT_TIMEOUT,
    AttemptFailure,
    AttemptResult,
    CommandAttempt,
    HttpAttempt,
)
from tests.activities.attempts import command_attempt, http_attempt
from tests.activities.conftest import SECRETS
from tests.activities.receiver import Receiver
from tests.activities.test_command_end import STUBBORN, pids, runs, written
from tests.waiting import PATIENCE, at_load, eventually

pytestmark = pytest.mark.anyio

COMMANDS = CommandActivities(
    Secrets(environ=SECRETS), allowed=True, grace=timedelta(milliseconds=300)
)


@workflow.defn
class CallOnce:
    """Runs one attempt as the project's own workflows do."""

    @workflow.run
    async def run(self, attempt: HttpAttempt) -> AttemptResult:
        if attempt.local:
            result: AttemptResult = await workflow.execute_local_activity(
                naming.HTTP,
                attempt,
                result_type=AttemptResult,
                start_to_close_timeout=timedelta(seconds=at_load(10)),
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
            return result
        return await ordinary(naming.HTTP, attempt)


@workflow.defn
class RunOnce:
    """The same for a command."""

    @workflow.run
    async def run(self, attempt: CommandAttempt) -> AttemptResult:
        return await ordinary(naming.COMMAND, attempt)


async def ordinary(name: str, attempt: HttpAttempt | CommandAttempt) -> AttemptResult:
    result: AttemptResult = await workflow.execute_activity(
        name,
        attempt,
        result_type=AttemptResult,
        start_to_close_timeout=timedelta(seconds=60),
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        retry_policy=RetryPolicy(
            initial_interval=timedelta(milliseconds=20), backoff_coefficient=1, maximum_attempts=3
        ),
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    )
    return result


@asynccontextmanager
async def working(
    client: Client, queue: str, http: HttpActivities, grace: timedelta = timedelta(0)
) -> AsyncIterator[Worker]:
    made = Worker(
        client,
        task_queue=queue,
        workflows=[CallOnce, RunOnce],
        activities=[http.http, COMMANDS.command],
        workflow_runner=UnsandboxedWorkflowRunner(),
        graceful_shutdown_timeout=grace,
    )
    async with made:
        yield made


async def start(
    client: Client, queue: str, attempt: HttpAttempt | CommandAttempt
) -> WorkflowHandle[Any, AttemptResult]:
    name = "CallOnce" if isinstance(attempt, HttpAttempt) else "RunOnce"
    return await client.start_workflow(
        name, attempt, id=str(uuid.uuid4()), task_queue=queue, result_type=AttemptResult
    )


async def failed(handle: WorkflowHandle[Any, AttemptResult]) -> ApplicationError:
    """What the attempt failed with."""
    with pytest.raises(WorkflowFailureError) as caught:
        await handle.result()
    error: BaseException | None = caught.value.cause
    # A local attempt's error comes as it is.
    cause = error.cause if isinstance(error, ActivityError) else error
    assert isinstance(cause, ApplicationError)
    return cause


def attempts_of(receiver: Receiver) -> Sequence[tuple[str, str]]:
    return [
        (request.headers["X-OnTheDot-Attempt"], request.headers["Idempotency-Key"])
        for request in receiver.requests
    ]


async def test_every_attempt_carries_the_same_key(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    receiver.plan = [web.Response(status=500), web.Response(status=503), web.json_response(7)]
    async with working(client, "retries", http):
        handle = await start(client, "retries", http_attempt(receiver.url("/planned")))
        result = await handle.result()
    assert result.output["body"] == 7
    assert result.attempt == 3
    assert attempts_of(receiver) == [("1", "key-1"), ("2", "key-1"), ("3", "key-1")]


async def test_retry_after_delays_the_next_attempt(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    receiver.plan = [web.Response(status=429, headers={"Retry-After": "1"}), web.Response()]
    began = time.monotonic()
    async with working(client, "patience", http):
        await (await start(client, "patience", http_attempt(receiver.url("/planned")))).result()
    assert time.monotonic() - began >= 1
    assert len(receiver.requests) == 2


async def test_a_final_failure_is_not_tried_again_and_shows_the_answer(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    receiver.plan = [web.json_response({"why": "no such hook"}, status=404)]
    async with working(client, "final", http):
        error = await failed(
            await start(client, "final", http_attempt(receiver.url("/planned?k=v")))
        )
    assert error.type == "HttpStatus"
    assert error.message == f"POST {receiver.url('/planned')} returned 404."
    detail = AttemptFailure.model_validate(error.details[0])
    assert detail.output["body"] == {"why": "no such hook"}
    assert detail.started_at <= detail.finished_at
    assert len(receiver.requests) == 1


async def test_no_secret_in_the_history(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    headers = {"Authorization": {"secret": "TOKEN"}}
    script = 'echo "$KEY"; echo "$KEY" >&2; exit 1'
    async with working(client, "secrets", http):
        called = await start(
            client, "secrets", http_attempt(receiver.url("/echo"), headers=headers)
        )
        await called.result()
        ran = await start(
            client,
            "secrets",
            command_attempt("sh", "-c", script, env={"KEY": {"secret": "TOKEN"}}),
        )
        await failed(ran)
    assert receiver.requests[0].headers["Authorization"] == SECRETS["ONTHEDOT_SECRET_TOKEN"]
    for handle in (called, ran):
        history = (await handle.fetch_history()).events
        text = "".join(event.SerializeToString().decode(errors="replace") for event in history)
        assert "[secret TOKEN]" in text
        assert "v4lue" not in text


async def test_a_local_attempt_works_and_a_busy_host_defers_it(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    http.gate._local_in_flight = 1
    async with working(client, "local", http):
        handle = await start(client, "local", http_attempt(receiver.url("/echo"), local=True))
        assert (await handle.result()).output["status"] == 200
        holding = await start(client, "local", http_attempt(receiver.url("/hang")))
        await eventually(lambda: receiver.running == 1)
        busy = await start(client, "local", http_attempt(receiver.url("/echo"), local=True))
        error = await failed(busy)
        assert (error.type, error.non_retryable) == ("Deferred", False)
        receiver.release.set()
        await holding.result()


async def test_cancel_reaches_a_call_within_seconds(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    slow = timedelta(seconds=50)
    async with working(client, "cancel", http):
        handle = await start(client, "cancel", http_attempt(receiver.url("/hang"), timeout=slow))
        await asyncio.wait_for(receiver.arrived.wait(), PATIENCE)
        await handle.cancel()
        await asyncio.wait_for(receiver.abandoned.wait(), at_load(10))
        with pytest.raises(WorkflowFailureError):
            await handle.result()


async def test_cancel_ends_a_command_within_seconds(
    client: Client, http: HttpActivities, tmp_path: Path
) -> None:
    file = tmp_path / "pids"
    slow = timedelta(seconds=50)
    async with working(client, "end", http):
        attempt = command_attempt("sh", "-c", STUBBORN, "sh", str(file), timeout=slow)
        handle = await start(client, "end", attempt)
        await eventually(written(file, 3))
        await handle.cancel()
        await eventually(lambda: not any(runs(pid) for pid in pids(file)), seconds=at_load(10))
        with pytest.raises(WorkflowFailureError):
            await handle.result()


async def test_a_worker_that_stops_lets_a_call_finish_within_its_grace(
    client: Client, http: HttpActivities, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "temporalio.worker")
    async with working(client, "drain", http, timedelta(seconds=10)) as first:
        handle = await start(client, "drain", http_attempt(receiver.url("/hang")))
        await asyncio.wait_for(receiver.arrived.wait(), PATIENCE)
        stopping = asyncio.ensure_future(first.shutdown())
        await eventually(lambda: "Beginning worker shutdown" in caplog.text)
        receiver.release.set()
        await stopping
    async with working(client, "drain", http):
        result = await handle.result()
    assert result.attempt == 1
    assert len(receiver.requests) == 1


async def test_what_a_stopping_worker_cuts_is_tried_again_by_another(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    slow = timedelta(seconds=50)
    async with working(client, "stop", http):
        handle = await start(client, "stop", http_attempt(receiver.url("/hang"), timeout=slow))
        await asyncio.wait_for(receiver.arrived.wait(), PATIENCE)
    await asyncio.wait_for(receiver.abandoned.wait(), at_load(10))
    receiver.release.set()
    async with working(client, "stop", http):
        result = await handle.result()
    assert result.attempt == 2
    assert attempts_of(receiver) == [("1", "key-1"), ("2", "key-1")]
