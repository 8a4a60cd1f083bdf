"""A namespace of its own: an audit goes over all tasks of one, and other tests leave thousands."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.temporal_elsewhere import connected
from tests.workers import EVERYTHING, polling


@pytest.fixture(scope="session")
async def client(client: Client) -> Client:
    """A client of the same server."""
    return await connected(client.service_client.config.target_host, None)


# What is made once for all tests would otherwise be made of whichever client comes first.
@pytest.fixture(scope="session")
def temporal(client: Client, settings: Settings) -> Temporal:
    return Temporal(client, settings)


@pytest.fixture(scope="session")
async def worker(client: Client, settings: Settings) -> AsyncIterator[Worker]:
    async with polling(client, settings.task_queue, EVERYTHING) as made:
        yield made
