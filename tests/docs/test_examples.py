"""The examples do what the documentation says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import TypeAdapter
from temporalio.client import Client

from examples.own_worker import PLUGIN, serve
from onthedot.scheduling.action import Action
from onthedot.scheduling.run import RunStatus
from onthedot.service.overview.health import check
from onthedot.service.runs.runs import Runs
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.waiting import eventually, patient

pytestmark = pytest.mark.anyio


async def _polled(temporal: Temporal) -> bool:
    return bool((await check(temporal)).workers)


@asynccontextmanager
async def _someone_elses_worker(temporal: Temporal) -> AsyncIterator[Temporal]:
    namespace = temporal.client.namespace
    client = await Client.connect(temporal.address, namespace=namespace, plugins=[PLUGIN])
    own = patient(client, Settings(task_queue=f"own-{uuid4().hex[:8]}"))
    until = asyncio.Event()
    serving = asyncio.create_task(serve(own.client, own.task_queue, until))
    try:
        await eventually(lambda: _polled(own))
        yield own
    finally:
        until.set()
        await serving


@pytest.mark.parametrize(
    ("action", "output"),
    [
        pytest.param(
            {"kind": "activity", "name": "send_invoice", "arguments": ["acme", 1200]},
            {"customer": "acme", "cents": 1200},
            id="activity",
        ),
        pytest.param(
            {"kind": "workflow", "workflow_type": "MonthlyClose", "arguments": [{"acme": 1}]},
            1,
            id="workflow",
        ),
        pytest.param({"kind": "log", "message": "hello"}, {"message": "hello"}, id="log"),
    ],
)
async def test_a_worker_with_the_plug_in_runs_tasks_beside_its_own_work(
    temporal: Temporal, action: dict[str, Any], output: object
) -> None:
    async with _someone_elses_worker(temporal) as own:
        asked: Action = TypeAdapter(Action).validate_python(action)
        run = await Runs(own).test(asked, attempt_timeout=timedelta(seconds=20))
    assert run.status is RunStatus.SUCCEEDED
    assert run.output == output
