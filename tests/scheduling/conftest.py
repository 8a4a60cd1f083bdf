"""Fixtures: a real Temporal server that says when a schedule would fire."""

from __future__ import annotations

import pytest
from temporalio.client import Client

from tests.scheduling.differential.temporal_clock import TemporalClock


@pytest.fixture(scope="session")
async def temporal_clock(client: Client) -> TemporalClock:
    return await TemporalClock.on(client)
