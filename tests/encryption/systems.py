"""Deployments with different keys on one task queue."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from temporalio.client import Client

from onthedot.activities.permissions import Permissions
from onthedot.encryption.keys import NO_KEYS, Keyring
from onthedot.plugin import OnTheDotPlugin
from onthedot.scheduling.run import Run, RunStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.definitions import unique
from tests.waiting import eventually, patient
from tests.workers import polling


@dataclass
class System:
    """A worker with these keys, and the use cases."""

    temporal: Temporal

    async def ended(self, task_id: str) -> Run:
        async def over() -> Run | None:
            page = await RunList(self.temporal).page(RunFilter(task_id=task_id), limit=1)
            if not page.items or page.items[0].status is RunStatus.RUNNING:
                return None
            return await Runs(self.temporal).get(page.items[0].id)

        run = await eventually(over)
        assert run is not None
        return run


class Systems:
    """One after the other on one task queue, like deployments that replace each other."""

    def __init__(self, client: Client, settings: Settings, stack: AsyncExitStack) -> None:
        self._client, self._settings, self._stack = client, settings, stack
        self._queue = unique("sealed")

    async def start(self, keys: str, permissions: Permissions | None = None) -> System:
        """Stops the running one, and starts another."""
        await self._stack.aclose()
        system = await self.asking(keys)
        worker = polling(system.temporal.client, self._queue, permissions)
        await self._stack.enter_async_context(worker)
        return system

    async def asking(self, keys: str) -> System:
        """One without a worker."""
        keyring = Keyring.parse(keys) if keys else NO_KEYS
        client = await Client.connect(
            self._client.service_client.config.target_host,
            namespace=self._client.namespace,
            plugins=[OnTheDotPlugin(keyring=keyring)],
        )
        return System(
            patient(client, self._settings.model_copy(update={"task_queue": self._queue}))
        )
