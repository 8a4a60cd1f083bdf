"""The Temporal plug-in: everything that a worker or client needs to run tasks.

Our own worker, client and tests use it, and any other worker can: a client that connects with
`plugins=[OnTheDotPlugin(Permissions())]` makes each of its workers run tasks too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio.client import ClientConfig
from temporalio.common import HeaderCodecBehavior
from temporalio.plugin import SimplePlugin
from temporalio.worker import Worker, WorkerConfig

from onthedot import naming
from onthedot.activities.assembly import Activities
from onthedot.activities.freezes.interceptor import FreezeInterceptor, watches_of, watching
from onthedot.activities.permissions import Permissions
from onthedot.activities.places import PlaceCounter
from onthedot.activities.record import health_reports
from onthedot.encryption.codec import sealing
from onthedot.encryption.keys import NO_KEYS, Keyring
from onthedot.run_context.interceptor import RunInterceptor
from onthedot.service.temporal.later_release import stored_data_converter
from onthedot.workflows.audit import Audit
from onthedot.workflows.backfill import Backfill
from onthedot.workflows.calendar import Calendar
from onthedot.workflows.freeze import Freeze
from onthedot.workflows.live import Live
from onthedot.workflows.notification import Notification
from onthedot.workflows.task import Task
from onthedot.workflows.task_run import TaskRun

WORKFLOWS: tuple[type, ...] = (
    Task,
    TaskRun,
    Backfill,
    Notification,
    Audit,
    Calendar,
    Freeze,
)

_LOG = logging.getLogger("onthedot.worker")

#: A cancel reaches an action in the response to a heartbeat. By default the SDK sends one heartbeat
#: in eight seconds, however many we make.
_HEARTBEATS_SENT_EVERY = timedelta(seconds=2)

#: The activities that a worker runs at a time unless it says otherwise.
_SDK_PLACES = 100


class OnTheDotPlugin(SimplePlugin):
    """Adds the data converter, the workflows and the run context of activities; to a worker, also
    the activities.

    Args:
        permissions: what tasks may do on the worker. None without a worker: for a client or a
        replayer.
        keyring: the keys that encrypt and decrypt payloads, the same everywhere.
    """

    def __init__(self, permissions: Permissions | None = None, keyring: Keyring = NO_KEYS) -> None:
        super().__init__(
            "onthedot",
            data_converter=sealing(stored_data_converter, keyring),
            workflows=WORKFLOWS,
            interceptors=[RunInterceptor()],
        )
        self._permissions = permissions
        self._made: list[Activities] = []
        self._running = 0
        self._live_output: LiveOutput | None = None

    def configure_client(self, config: ClientConfig) -> ClientConfig:
        """Add what a client needs. Headers are encrypted like payloads."""
        config = super().configure_client(config)
        config["header_codec_behavior"] = HeaderCodecBehavior.CODEC
        return config

    def configure_worker(self, config: WorkerConfig) -> WorkerConfig:
        """Add what a worker executes."""
        if naming.is_live_queue(config["task_queue"]):
            return config
        config = super().configure_worker(config)
        throttle = config.get("max_heartbeat_throttle_interval", _HEARTBEATS_SENT_EVERY)
        config["max_heartbeat_throttle_interval"] = min(throttle, _HEARTBEATS_SENT_EVERY)
        if self._permissions is not None:
            activities = Activities(config["client"], self._permissions)
            self._made.append(activities)
            config["activities"] = [*config.get("activities", ()), *activities.all()]
        places = config.get("max_concurrent_activities") or _SDK_PLACES
        taken = PlaceCounter(config["task_queue"], places, config.get("activities", ()))
        freezes = [FreezeInterceptor(watch) for watch in watches_of(config.get("activities", ()))]
        config["interceptors"] = [*config.get("interceptors", ()), *freezes, taken]
        return config

    async def run_worker(self, worker: Worker, next: Callable[[Worker], Awaitable[None]]) -> None:
        """Run the worker, and one that serves live output; the last one closes connections."""
        if naming.is_live_queue(worker.task_queue):
            await next(worker)
            return
        self._running += 1
        if self._live_output is None:
            self._live_output = LiveOutput(worker)
        try:
            activities = worker.config(active_config=True).get("activities", ())
            async with watching(watches_of(activities)), health_reports(activities):
                await super().run_worker(worker, next)
        finally:
            self._running -= 1
            if not self._running:
                live_output, self._live_output = self._live_output, None
                await live_output.stop()
            while self._made and not self._running:
                await self._made.pop().close()


class LiveOutput:
    """A worker that answers queries for the output of the runs in this process."""

    def __init__(self, worker: Worker) -> None:
        """Start it, under the identity of `worker`."""
        self._ending = asyncio.Event()
        self._running = asyncio.create_task(self._run(worker))

    async def stop(self) -> None:
        """Stop it, and wait until it has stopped."""
        self._ending.set()
        await self._running

    async def _run(self, worker: Worker) -> None:
        try:
            live = _live_worker(worker)
            running = asyncio.create_task(live.run())
            ending = asyncio.create_task(self._ending.wait())
            await asyncio.wait([running, ending], return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            await live.shutdown()
            await running
        except Exception as error:
            # The worker keeps running: live output is a convenience.
            _LOG.warning("live output is not available from this worker: %r", error)


def _live_worker(worker: Worker) -> Worker:
    config = worker.config(active_config=True)
    identity = config.get("identity") or worker.client.identity
    return Worker(
        worker.client,
        task_queue=naming.live_queue(identity),
        workflows=[Live],
        identity=identity,
        max_cached_workflows=0,
        max_concurrent_workflow_tasks=2,
        max_concurrent_workflow_task_polls=1,
        no_remote_activities=True,
    )
