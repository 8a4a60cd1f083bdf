"""Under a real worker: a cancel and a stop reach calls and commands in time."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowFailureError

from onthedot.activities.http.activity import HttpActivities
from tests.activities.attempts import command_attempt, http_attempt
from tests.activities.command.test_command_end import STUBBORN, pids, runs, written
from tests.activities.one_attempt import attempts_of, start, working
from tests.activities.receiver import Receiver
from tests.waiting import PATIENCE, at_load, eventually

pytestmark = pytest.mark.anyio


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
