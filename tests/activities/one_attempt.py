"""One attempt as a separate workflow, under a real worker."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
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
    AttemptResult,
    CommandAttempt,
    HttpAttempt,
)
from tests.activities.conftest import SECRETS
from tests.activities.receiver import Receiver
from tests.waiting import at_load

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
