"""`onthedot dev`: Temporal, a worker and the server on this machine, in one command.

1. Lock the data directory, end processes left by an earlier start, check that the ports are free.
2. Start Temporal, and prepare its namespace.
3. Start the worker and the server; keep all three running.
4. On Ctrl-C or SIGTERM stop the worker and the server, then Temporal; 5 seconds at most.
"""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from onthedot import embedded
from onthedot.processes import StartError
from onthedot.processes.data_dir import DataDir, kept_key
from onthedot.processes.front_door import front_door
from onthedot.processes.orphans import ProcessRecord, end_orphans
from onthedot.processes.ports import listen, require_free
from onthedot.processes.supervisor import Child, Supervisor
from onthedot.settings import PREFIX, SECRET_PREFIX, Settings, require_tokens_beyond_loopback

_WORKER_GRACE = "PT2S"
#: After this the guard kills: a little longer than the worker's own grace, and within five seconds
#: in total, including Temporal's second.
_CHILD_GRACE = timedelta(seconds=2.75)
_LOOPBACK = ("localhost", "127.0.0.0/8", "::1")


async def run(settings: Settings, options: Mapping[str, Any]) -> int:
    """Runs everything until a signal asks to stop; returns the exit code.

    `options` are those of the command line; the children get them too. Raises StartError,
    SettingsError.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    require_tokens_beyond_loopback(settings)
    directory = DataDir.open(settings.data_dir)
    record = directory.path / "processes.json"
    try:
        end_orphans(record)
        _require_free_ports(settings)
        binary = embedded.find_binary() or await embedded.download_binary(directory.path)
        web_ui = embedded.WebUi.hidden()
        temporal = embedded.server(settings, directory.path, binary, web_ui)
        environment = _child_environment(settings, options, web_ui)
        supervisor = Supervisor(ProcessRecord(record), _say)
        door = listen(embedded.ADDRESS, settings.temporal_ui_port, "--temporal-ui-port")
        try:
            async with front_door(door, web_ui.url):
                return await _until_stopped(
                    _run_all(settings, directory.path, temporal, environment, supervisor), stop
                )
        finally:
            await supervisor.stop("server", "worker")
            await supervisor.stop_all()
    finally:
        directory.close()


async def _run_all(
    settings: Settings,
    directory: Path,
    temporal: Child,
    environment: Mapping[str, str],
    supervisor: Supervisor,
) -> int:
    """Starts everything in order; returns only if something cannot run with its settings."""
    _say("dev", f"starting Temporal; its data and its log are in {directory}")
    supervisor.start(temporal)
    others = {name: value for name, value in environment.items() if not _is_a_tasks_secret(name)}
    if await supervisor.run_once(_child("setup-namespace", others)) != 0:
        raise StartError(
            f"Temporal did not start, or could not be prepared. See the end of "
            f"{directory / 'temporal.log'}."
        )
    supervisor.start(_child("worker", environment))
    supervisor.start(_child("server", others | _session_key(settings, directory)))
    announcement = asyncio.create_task(_announce(settings, directory))
    try:
        name = await supervisor.gave_up
    finally:
        announcement.cancel()
    _say("dev", f"stopping: the {name} cannot run with its settings")
    return 2


async def _until_stopped(work: Any, stop: asyncio.Event) -> int:
    """The result of `work`, or 0 as soon as `stop` is set."""
    running = asyncio.ensure_future(work)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if running.done():
        return int(running.result())
    _say("dev", "stopping")
    running.cancel()
    await asyncio.wait({running})
    return 0


def _child(name: str, environment: Mapping[str, str]) -> Child:
    # -P: a file in the working directory must not shadow a library.
    command = (sys.executable, "-P", "-m", "onthedot.cli", name)
    return Child(name, command, environment, _CHILD_GRACE)


def _child_environment(
    settings: Settings, options: Mapping[str, Any], web_ui: embedded.WebUi
) -> dict[str, str]:
    """The environment of the worker and the server: this command's options, and the embedded
    Temporal."""
    environment = embedded.client_environment(settings, os.environ)
    for name, value in options.items():
        if value is not None:
            environment[PREFIX + name.upper()] = str(value)
    # Whoever may register a task must not be able to act as Temporal's operator.
    theirs = (settings.temporal_port, settings.temporal_ui_port, web_ui.port)
    denied = (*settings.deny_hosts, *(f"localhost:{port}" for port in theirs))
    environment[PREFIX + "ALLOW_HOSTS"] = ",".join((*settings.allow_hosts, *_LOOPBACK))
    environment[PREFIX + "DENY_HOSTS"] = ",".join(denied)
    if "secrets_anywhere" not in settings.model_fields_set:
        environment[PREFIX + "SECRETS_ANYWHERE"] = "true"
    environment[PREFIX + "WORKER_GRACE"] = _WORKER_GRACE
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def _session_key(settings: Settings, directory: Path) -> dict[str, str]:
    """The server's session key: from the settings, or kept in `directory`."""
    if settings.session_key:
        return {}
    return {PREFIX + "SESSION_KEY": kept_key(directory / "session.key")}


def _is_a_tasks_secret(name: str) -> bool:
    return name.startswith(SECRET_PREFIX)


def _require_free_ports(settings: Settings) -> None:
    require_free(settings.host, settings.port, "--port")
    require_free(settings.metrics_host, settings.metrics_port, "--metrics-port")
    require_free(embedded.ADDRESS, settings.temporal_port, "--temporal-port")
    require_free(embedded.ADDRESS, settings.temporal_ui_port, "--temporal-ui-port")


async def _announce(settings: Settings, directory: Path) -> None:
    """Prints the addresses, once the server responds."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    await _until_healthy(host, settings.port, tls=settings.tls_cert is not None)
    scheme = "https" if settings.tls_cert else "http"
    shown = f"[{host}]" if ":" in host else host
    _say("dev", "On the Dot is running. Ctrl-C stops it.")
    _say("dev", f"  page             {scheme}://{shown}:{settings.port}/ui")
    _say("dev", f"  REST docs        {scheme}://{shown}:{settings.port}/docs")
    _say("dev", f"  Temporal Web UI  {settings.temporal_ui}")
    _say("dev", f"  data             {directory}")


async def _until_healthy(host: str, port: int, *, tls: bool) -> None:
    """Returns once the server responds. Its port opens a little earlier."""
    # The certificate does not matter: this is our own server.
    context = ssl._create_unverified_context() if tls else None
    while True:
        try:
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            writer.write(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            status = await reader.readline()
            writer.close()
            if b" 200 " in status:
                return
        except OSError:
            pass  # not yet
        await asyncio.sleep(0.05)


def _say(name: str, line: str) -> None:
    try:
        print(f"{name:<9}| {line}" if name != "dev" else line, flush=True)
    except OSError:
        # The reader of our output is gone, which is no reason to stop running tasks.
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 1)
