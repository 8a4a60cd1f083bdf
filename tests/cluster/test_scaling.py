"""Workers come and go with what waits, as under KEDA, and no run notices."""

from __future__ import annotations

import asyncio
import time

import pytest
from temporalio.client import Client

from tests.cluster.deployment import Deployment
from tests.cluster.keda import Scaler
from tests.cluster.test_faults import PATIENCE_SECONDS
from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.verdict import judge
from tests.faults.judging.wave import Wave

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]

_TARGET = 20
_COOLDOWN_SECONDS = 8.0
_BURST = 300


async def test_workers_follow_the_backlog_to_the_top_and_back_to_one(
    deployment: Deployment, receiving: Receiving, table: FaultTable
) -> None:
    for spare in deployment.workers[1:]:
        spare.ask_to_stop()
        await asyncio.to_thread(spare.wait, 60)
    client = await Client.connect(deployment.temporal_address)
    scaler = Scaler(client, "onthedot", deployment.workers, _TARGET, _COOLDOWN_SECONDS)
    wave = Wave(deployment, receiving, slow=True)
    registering = asyncio.create_task(asyncio.to_thread(wave.register, once=_BURST))
    limit = time.monotonic() + PATIENCE_SECONDS
    while not registering.done() or not _back_to_one(scaler):
        assert time.monotonic() < limit, scaler.history
        await scaler.look()
        await asyncio.sleep(1)
    back = time.time()
    verdict = await asyncio.to_thread(judge, wave, back=back, patience=PATIENCE_SECONDS)
    assert max(waiting for waiting, _ in scaler.history) > _TARGET
    table.note("workers scaled from one to all and back to one in a burst", verdict)


def _back_to_one(scaler: Scaler) -> bool:
    most = max((running for _, running in scaler.history), default=1)
    return most > 1 and len(scaler.running) == 1
