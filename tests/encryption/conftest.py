"""A namespace of its own: who has no keys could not list what these tests leave behind."""

from __future__ import annotations

import pytest
from temporalio.client import Client

from tests.temporal_elsewhere import connected


@pytest.fixture(scope="session")
async def client(client: Client) -> Client:
    """A client of the same server."""
    return await connected(client.service_client.config.target_host, None)
