"""Fixtures: receivers on loopback that misbehave on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from onthedot.activities.http.activity import HttpActivities
from onthedot.activities.http.addresses import AddressRules
from onthedot.activities.http.host_gate import HostGate
from onthedot.activities.secrets.hosts import SecretHosts
from onthedot.activities.secrets.store import Secrets
from tests.activities.receiver import Receiver, open_receiver

SECRETS = {"ONTHEDOT_SECRET_TOKEN": "Bearer s3cr3t-v4lue", "ONTHEDOT_SECRET_BROKEN": "a\r\nB: c"}


@pytest.fixture
async def receiver(anyio_backend: object) -> AsyncIterator[Receiver]:
    async with open_receiver() as opened:
        yield opened


@pytest.fixture
async def other_receiver(anyio_backend: object) -> AsyncIterator[Receiver]:
    """Another origin than `receiver`."""
    async with open_receiver() as opened:
        yield opened


@pytest.fixture
async def http(anyio_backend: object) -> AsyncIterator[HttpActivities]:
    activities = HttpActivities(
        AddressRules(allow=["localhost"]),
        Secrets(environ=SECRETS, hosts=SecretHosts(anywhere=True)),
        HostGate(),
    )
    yield activities
    await activities.close()
