"""Fixtures: a separate namespace, because without the keys nobody could list what these tests
leave."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from temporalio.client import Client

from onthedot.settings import Settings
from tests.encryption.systems import Systems
from tests.temporal_elsewhere import connected


@pytest.fixture(scope="session")
async def client(client: Client) -> Client:
    """A client of the same server."""
    return await connected(client.service_client.config.target_host, None)


@pytest.fixture
async def systems(client: Client, settings: Settings) -> AsyncIterator[Systems]:
    """Starts deployments; none runs yet."""
    async with AsyncExitStack() as stack:
        yield Systems(client, settings, stack)
