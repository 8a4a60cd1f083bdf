"""A namespace of its own, since an archive takes in all runs of one; and REST with an archive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from onthedot.service.archive.exporter import Exporter
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.serving import serving
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


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def exporter(temporal: Temporal, directory: Path) -> Exporter:
    return Exporter(temporal, directory)


@pytest.fixture
async def api(
    temporal: Temporal, settings: Settings, worker: Worker, directory: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """REST, with a worker, over an archive that nobody writes by itself."""
    kept = settings.model_copy(update={"archive": directory})
    async with serving(kept, temporal) as client:
        yield client
