"""REST behind a provider of tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from onthedot.access.oidc.provider import Provider
from onthedot.access.roles import Role
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.access.issuer import CLIENT, Issuer, issuing
from tests.api.serving import serving


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as found:
        yield found


@pytest.fixture
def provider(issuer: Issuer) -> Provider:
    return Provider(issuer.url)


@pytest.fixture
async def guarded(
    temporal: Temporal, settings: Settings, issuer: Issuer, provider: Provider
) -> AsyncIterator[httpx.AsyncClient]:
    configured = settings.model_copy(
        update={
            "oidc_issuer": issuer.url,
            "oidc_client_id": CLIENT,
            "oidc_roles": {"ops-team": Role.OPERATOR, "platform": Role.ADMIN},
        }
    )
    async with serving(configured, temporal, provider=provider) as client:
        yield client


async def me(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get("/me", headers={"Authorization": f"Bearer {token}"})
