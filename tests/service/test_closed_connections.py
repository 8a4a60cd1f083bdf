"""Temporal closes each connection at its maximum age, by default after five minutes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from onthedot import naming
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.raw_rows import raw_walk
from onthedot.service.temporal.task_queues import task_queue
from tests.waiting import eventually
from tests.workflows.private_temporal import PrivateTemporal

pytestmark = pytest.mark.anyio

_ROWS = 3
_AT_ONCE = 10


@pytest.fixture
async def closing(tmp_path: Path) -> AsyncIterator[Temporal]:
    """A server that closes its connections all the time."""
    server = PrivateTemporal(tmp_path, **{"frontend.keepAliveMaxConnectionAge": '"200ms"'})
    try:
        yield await server.start()
    finally:
        server.end()


async def test_no_call_fails_when_temporal_closes_a_connection(closing: Temporal) -> None:
    client, until = closing.client, datetime.now(UTC) + timedelta(seconds=2)
    for number in range(_ROWS):
        await client.start_workflow(naming.TASK, id=f"row-{number}", task_queue="none")

    async def listed() -> bool:
        return (await client.count_workflows("")).count == _ROWS

    await eventually(listed)

    async def called() -> None:
        while datetime.now(UTC) < until:
            await task_queue(closing)
            rows = [row async for page in raw_walk(closing, "", limit=1) for row in page]
            assert len(rows) == _ROWS

    await asyncio.gather(*(called() for _ in range(_AT_ONCE)))
