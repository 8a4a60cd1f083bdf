"""A real Temporal server that says when a schedule would fire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from onthedot.embedded import find_binary
from tests.scheduling.differential.temporal_clock import TemporalClock


@pytest.fixture(scope="session")
async def temporal_clock(anyio_backend: str) -> AsyncIterator[TemporalClock]:
    found = find_binary()
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(found) if found else None, dev_server_log_level="error"
    ) as environment:
        yield await TemporalClock.on(environment.client)
