"""Fixtures: the whole system, and a plain HTTP client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from temporalio.worker import Worker

from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.serving import serving


@pytest.fixture(scope="session")
async def api(
    temporal: Temporal, settings: Settings, worker: Worker
) -> AsyncIterator[httpx.AsyncClient]:
    """REST, with a worker."""
    async with serving(settings, temporal) as client:
        yield client
