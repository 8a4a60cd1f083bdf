"""A worker whose calls to Temporal's schedule service are refused as long as a test wants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from onthedot.plugin import OnTheDotPlugin
from tests.workers import polling

_WRITES = ("create_schedule", "update_schedule", "delete_schedule")


class Gate:
    """Open, or closed with this status for calls that write schedules."""

    def __init__(self) -> None:
        self.status: RPCStatusCode | None = None
        self.spared: set[str] = set()
        self.refused = 0

    def guard(self, client: Client) -> None:
        """Stand before this client's calls."""
        for name in _WRITES:
            self._stand_before(client.workflow_service, name)

    def _stand_before(self, service: Any, name: str) -> None:
        call = getattr(service, name)

        async def guarded(*args: Any, **more: Any) -> Any:
            if self.status is not None and name not in self.spared:
                self.refused += 1
                raise RPCError("not for you", self.status, b"")
            return await call(*args, **more)

        setattr(service, name, guarded)


@asynccontextmanager
async def gated_worker(client: Client, task_queue: str) -> AsyncIterator[Gate]:
    """A worker of this queue, over a connection of its own, behind a gate."""
    target = client.service_client.config.target_host
    own = await Client.connect(target, namespace=client.namespace, plugins=[OnTheDotPlugin()])
    gate = Gate()
    gate.guard(own)
    async with polling(own, task_queue):
        yield gate
