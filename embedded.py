"""The embedded Temporal: a real dev server over a SQLite file, as a child process.

This file has the command and its arguments; `processes/` starts, watches and stops it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from onthedot.processes import StartError
from onthedot.processes.ports import free_port
from onthedot.processes.sealed_environment import may_be_secret
from onthedot.processes.supervisor import Child
from onthedot.settings import PREFIX, Settings

ADDRESS = "127.0.0.1"

#: Limits of a Temporal server whose defaults are too low for a scheduler, by Temporal's names.
#: deploy/dynamicconfig.yaml sets the same for a production server; a test compares them.
RAISED_LIMITS: Mapping[str, int] = {
    # Starts by schedules, a second and namespace: 30 by default, so 500 tasks due in one second
    # would take 17 s.
    "worker.schedulerNamespaceStartWorkflowRPS": 1000,
    # Lists and counts, a second and namespace: 10 by default.
    "frontend.namespaceRPS.visibility": 1000,
    # All calls, a second: 2,400 by default, for one namespace and for one server.
    "frontend.namespaceRPS": 10000,
    "frontend.rps": 10000,
    "history.rps": 20000,
    # Calls to the database, a second: 2,000 and 9,000 by default.
    "frontend.persistenceMaxQPS": 20000,
    "history.persistenceMaxQPS": 50000,
}

#: What suits a server that is alone.
SINGLE_SERVER = (
    # It would read the search attributes from the database at each start of a workflow; with this
    # option it caches them, as production servers do.
    "--dynamic-config-value=system.forceSearchAttributesCacheRefreshOnRead=false",
    # By default, tasks are spread over four partitions of a queue, so that several servers can
    # share it. Passing them from one to another has taken a third of an idle server's time. It
    # still reads all four: an earlier version may have left tasks there.
    "--dynamic-config-value=matching.numTaskqueueWritePartitions=1",
)

#: After a clock step, or a laptop's sleep, Temporal notices due timers only at its next check:
#: every five minutes by default.
_TIMERS = 'history.timerProcessorMaxPollInterval="5s"'

_DATABASE = "temporal.db"
_LOG = "temporal.log"
_LOG_LIMIT = 16 * 1024 * 1024
#: The server needs one second to stop. What it has not written by then is in SQLite's journal.
_GRACE = timedelta(seconds=1.5)
_DOWNLOADED_VERSION = "v1.9.1"


@dataclass(frozen=True)
class WebUi:
    """Where Temporal's Web UI listens. It checks neither the user nor the Host header."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @classmethod
    def hidden(cls) -> WebUi:
        """A place for the Web UI, behind the proxy, that a web page in a local browser cannot
        guess.

        On Linux all of 127.0.0.0/8 is this machine; elsewhere only the port is random.
        """
        host = ADDRESS
        if sys.platform == "linux":
            host = ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])
        return cls(host, free_port(host))


def server(settings: Settings, directory: Path, binary: Path, web_ui: WebUi | None = None) -> Child:
    """The dev server that keeps its data and its log in `directory`.

    `web_ui` is where its Web UI listens: by default on the port of the settings.
    """
    web_ui = web_ui or WebUi(ADDRESS, settings.temporal_ui_port)
    database = directory / _DATABASE
    _drop_unfinished(database)
    log = directory / _LOG
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    limits = [f"--dynamic-config-value={key}={value}" for key, value in RAISED_LIMITS.items()]
    return Child(
        name="temporal",
        command=(
            str(binary),
            "server",
            "start-dev",
            f"--ip={ADDRESS}",
            f"--port={settings.temporal_port}",
            f"--ui-ip={web_ui.host}",
            f"--ui-port={web_ui.port}",
            *_codec_endpoint(settings),
            f"--db-filename={database}",
            # Twice as fast as FULL. A power cut may lose the last commits; a crash does not.
            "--sqlite-pragma=journal_mode=WAL",
            "--sqlite-pragma=synchronous=NORMAL",
            *SINGLE_SERVER,
            f"--dynamic-config-value={_TIMERS}",
            "--log-level=warn",
            *limits,
            f'--dynamic-config-value=frontend.httpAllowedHosts=["{_nobody()}"]',
        ),
        environment=_plain_environment(os.environ),
        grace=_GRACE,
        log=log,
    )


def _codec_endpoint(settings: Settings) -> tuple[str, ...]:
    """The codec endpoint for the Web UI, if payloads are encrypted."""
    if not (settings.encryption_keys or settings.encryption_keys_file):
        return ()
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    return (f"--ui-codec-endpoint=http://{host}:{settings.port}/codec",)


def _nobody() -> str:
    """A host name that no request has.

    The dev server opens an HTTP API without authentication: any web page in a browser on this
    machine could start workflows through it. An empty list would admit requests without a host, and
    a known name could be made to resolve here by whoever runs the network.
    """
    return f"{secrets.token_hex(16)}.invalid"


def client_environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with Temporal's own settings replaced, so that clients find the embedded server.

    A profile or certificate that this user has for another Temporal must not be used.
    """
    ours = {name: value for name, value in environ.items() if not name.startswith("TEMPORAL_")}
    ours["TEMPORAL_CONFIG_FILE"] = os.devnull
    ours["TEMPORAL_ADDRESS"] = f"{ADDRESS}:{settings.temporal_port}"
    ours["TEMPORAL_NAMESPACE"] = "default"
    return ours


def _plain_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The server's environment: without our settings, a client's, or any secret."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith((PREFIX, "TEMPORAL_")) and not may_be_secret(name)
    } | {"TEMPORAL_CONFIG_FILE": os.devnull}


def find_binary() -> Path | None:
    """The installed `temporal` program: next to Python, or on PATH."""
    bundled = Path(sys.executable).with_name("temporal")
    if bundled.exists():
        return bundled
    found = shutil.which("temporal")
    return Path(found) if found else None


async def download_binary(directory: Path) -> Path:
    """The `temporal` program in `directory`, downloaded by the SDK if it is missing.

    The SDK downloads only on the way to a running server: one is started, and stopped immediately.
    Raises StartError if it cannot be downloaded.
    """
    if kept := _downloaded(directory):
        return kept
    from temporalio.testing import WorkflowEnvironment

    try:
        server = await WorkflowEnvironment.start_local(
            download_dest_dir=str(directory), dev_server_download_version=_DOWNLOADED_VERSION
        )
        await server.shutdown()
    except RuntimeError as error:
        reason = str(error).partition(" for url")[0]
        raise StartError(
            f"There is no `temporal` program here, and it could not be downloaded ({reason}). "
            f"Install the Temporal CLI so that `temporal` is on PATH."
        ) from None
    binary = _downloaded(directory)
    if binary is None:
        raise StartError("The downloaded `temporal` program is missing. Install it on PATH.")
    return binary


def _downloaded(directory: Path) -> Path | None:
    return next((file for file in directory.glob("temporal*") if os.access(file, os.X_OK)), None)


def _drop_unfinished(database: Path) -> None:
    """Removes a database whose very first set-up was cut short: the server cannot fix one.

    The namespace is written last: without it, nothing has been stored.
    """
    if not database.exists():
        return
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=rw", uri=True)) as connection:
            finished = connection.execute("SELECT count(*) FROM namespaces").fetchone()[0] > 0
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise StartError(
                f"Cannot read {database} ({error}). Make it readable, or choose another directory "
                f"with --data-dir."
            ) from None
        finished = False
    except sqlite3.DatabaseError as error:
        raise StartError(
            f"{database} is damaged ({error}). Restore a backup (docs/operations.md), or choose "
            f"another directory with --data-dir."
        ) from None
    if not finished:
        for suffix in ("", "-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
