"""Fixtures: REST and `/mcp`, a worker, and a token for each role."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest
from temporalio.worker import Worker

from onthedot.access.api_tokens import ApiToken
from onthedot.access.roles import Role
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.serving import serving


@pytest.fixture(scope="session")
async def rest(
    temporal: Temporal, settings: Settings, worker: Worker
) -> AsyncIterator[httpx.AsyncClient]:
    """REST as an admin sees it; the token of each role is the role's name."""
    tokens = tuple(
        ApiToken(name=f"an-{role}", sha256=hashlib.sha256(role.encode()).hexdigest(), role=role)
        for role in Role
    )
    with_tokens = settings.model_copy(update={"api_tokens": tokens})
    async with serving(with_tokens, temporal) as client:
        client.headers["Authorization"] = f"Bearer {Role.ADMIN}"
        yield client
