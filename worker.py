"""`onthedot worker`: the process that runs the tasks.

1. Serve `/healthz` immediately, then wait for Temporal as long as it takes.
2. Poll the task queue until SIGTERM or SIGINT.
3. Take no new work, let running actions finish within `worker_grace`, then exit. Another worker
   retries what did not finish.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from datetime import timedelta

from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError
from temporalio.worker import Worker

from onthedot import user_modules
from onthedot.activities.assembly import RegisteredActivities
from onthedot.activities.audit_ledgers import AuditActivities
from onthedot.activities.permissions import Permissions
from onthedot.encryption.keys import Keyring, configured
from onthedot.plugin import OnTheDotPlugin
from onthedot.processes.ports import free_port
from onthedot.scheduling.outages import TemporalRefuses
from onthedot.service.ledger.audit import Audit
from onthedot.service.ledger.audit_schedule import have_ledgers_audited
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.connection import address, check_namespace, connect, is_refusal
from onthedot.service.zone_rules import watch_zone_rules
from onthedot.settings import PREFIX, Settings, SettingsError
from onthedot.worker_http import WorkerHealth, serve

_LOG = logging.getLogger("onthedot.worker")
_RETRY_EVERY = timedelta(seconds=1)


async def run(settings: Settings) -> None:
    """Runs until a signal asks it to stop. Raises StartError or SettingsError if it cannot run with
    its settings.
    """
    permissions, keyring = _permissions(settings), configured(settings)
    stop = _stop_signal()
    user_code = user_modules.load(settings.modules)
    sdk_address = f"127.0.0.1:{free_port()}"
    runtime = _runtime(sdk_address)
    health = WorkerHealth()
    async with serve(health, settings.metrics_host, settings.metrics_port, sdk_address):
        client = await _connect_when_there(settings, permissions, keyring, runtime, stop)
        if client is None:
            return
        temporal = Temporal(client, settings)
        async with _worker(temporal, user_code):
            audits = asyncio.create_task(have_ledgers_audited(temporal))
            zones = asyncio.create_task(watch_zone_rules())
            health.state = "polling"
            _LOG.info("polling the task queue %r", settings.task_queue)
            await stop.wait()
            health.state = "stopping"
            audits.cancel()
            zones.cancel()
            _LOG.info("stopping; running actions may finish within %s", settings.worker_grace)


def _permissions(settings: Settings) -> Permissions:
    """Raises SettingsError if one cannot be read."""
    try:
        return Permissions(
            allow_commands=settings.allow_commands,
            allow_hosts=settings.allow_hosts,
            deny_hosts=settings.deny_hosts,
            secrets_dir=settings.secrets_dir,
            secret_hosts=settings.secret_hosts,
            secrets_anywhere=settings.secrets_anywhere,
        )
    except ValueError as error:
        name, _, reason = str(error).partition(": ")
        raise SettingsError(f"{PREFIX}{name.upper()}: {reason}") from None


def _worker(temporal: Temporal, user_code: user_modules.UserCode) -> Worker:
    client, settings = temporal.client, temporal.settings
    audits = AuditActivities(client, Audit(temporal))
    names = RegisteredActivities(
        user_code.activity_names, user_code.workflow_names, commands=settings.allow_commands
    )
    return Worker(
        client,
        task_queue=settings.task_queue,
        activities=[audits.audit, names.registered, *user_code.activities],
        workflows=user_code.workflows,
        max_concurrent_activities=settings.max_concurrent_activities,
        max_concurrent_local_activities=settings.max_concurrent_workflow_tasks,
        # How long a workflow task waits for the worker that has it cached: briefly, in case that
        # worker has died, but long enough for a burst, or it would be dispatched twice.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=6),
        max_concurrent_workflow_tasks=settings.max_concurrent_workflow_tasks,
        max_cached_workflows=settings.max_cached_workflows,
        graceful_shutdown_timeout=settings.worker_grace,
    )


async def _connect_when_there(
    settings: Settings,
    permissions: Permissions,
    keyring: Keyring,
    runtime: Runtime,
    stop: asyncio.Event,
) -> Client | None:
    """A client, or None if the stop came first."""
    told = False
    while not stop.is_set():
        try:
            plugin = OnTheDotPlugin(permissions, keyring)
            client = await connect(settings, plugins=[plugin], runtime=runtime)
            # A valid key may lack access to the namespace, which is fatal for the SDK's worker.
            await check_namespace(client)
        except (RuntimeError, RPCError) as error:
            said = TemporalRefuses(address()) if is_refusal(error) else error
            _LOG.log(logging.DEBUG if told else logging.WARNING, "waiting for Temporal: %s", said)
            told = True
        else:
            return client
        try:
            await asyncio.wait_for(stop.wait(), _RETRY_EVERY.total_seconds())
        except TimeoutError:
            continue
    return None


def _runtime(sdk_address: str) -> Runtime:
    """The SDK's core, which serves its own metrics on `sdk_address` for `/metrics` to include."""
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=sdk_address)))


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
