"""A run's attempts, local and ordinary, as the project's own workflow makes them."""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client, WorkflowHandle

from onthedot import naming
from onthedot.scheduling.action import HttpAction
from onthedot.scheduling.policy import RetryPolicy
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.stored.run_order import RunOrder, RunOutcome
from onthedot.settings import Settings
from tests.activities.receiver import Receiver
from tests.waiting import PATIENCE, at_load

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("worker")]


async def start(client: Client, queue: str, url: str) -> WorkflowHandle[object, RunOutcome]:
    order = RunOrder(
        task_id="t",
        name="t",
        revision=1,
        action=HttpAction(url=url),
        timeout=timedelta(seconds=50),
        deadline=timedelta(minutes=5),
        retry=RetryPolicy(max_attempts=3, initial_interval=timedelta(milliseconds=20)),
        scheduled_for=datetime.now(UTC),
    )
    return await client.start_workflow(
        naming.TASK_RUN,
        order,
        id=naming.direct_run("t", uuid.uuid4().hex),
        task_queue=queue,
        result_type=RunOutcome,
    )


async def test_a_burst_at_one_slow_host_is_done_by_ordinary_activities(
    client: Client, settings: Settings, receiver: Receiver, other_receiver: Receiver
) -> None:
    """No call fails for lack of a place, and another host's run does not wait for them."""
    handles = [await start(client, settings.task_queue, receiver.url("/hang")) for _ in range(70)]
    await asyncio.wait_for(receiver.arrived.wait(), PATIENCE)
    began = time.monotonic()
    quick = await start(client, settings.task_queue, other_receiver.url("/echo"))
    assert (await quick.result()).status is RunStatus.SUCCEEDED
    assert time.monotonic() - began < at_load(3)
    receiver.release.set()
    outcomes = [await handle.result() for handle in handles]
    assert {outcome.status for outcome in outcomes} == {RunStatus.SUCCEEDED}
    assert [outcome.attempts_made for outcome in outcomes if outcome.attempts > 1] == []
    # Where a workflow task expires on a busy machine, a local attempt is made again.
    assert len({request.headers["Idempotency-Key"] for request in receiver.requests}) == 70
