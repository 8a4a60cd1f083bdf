"""Fixtures: REST and `/mcp`, a worker, and a token for each role."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from temporalio.worker import Worker

from onthedot.access.roles import Role
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.serving import a_token_for_each_role, as_role, serving


@pytest.fixture(scope="session")
async def rest(
    temporal: Temporal, settings: Settings, worker: Worker
) -> AsyncIterator[httpx.AsyncClient]:
    """REST as an admin sees it."""
    async with serving(a_token_for_each_role(settings), temporal) as client:
        client.headers.update(as_role(Role.ADMIN))
        yield client
