"""The embedded Temporal: its binary, its data, its limits; against the real server."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import WorkflowType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    CountWorkflowExecutionsRequest,
    StartWorkflowExecutionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from onthedot import embedded
from onthedot.processes import StartError
from onthedot.settings import Settings, load
from tests.ports import free_port

pytestmark = pytest.mark.anyio


def settings() -> Settings:
    return load({"temporal_port": free_port(), "temporal_ui_port": free_port()})


@asynccontextmanager
async def server(directory: Path, chosen: Settings, *more: str) -> AsyncIterator[Client]:
    """The server as `onthedot dev` runs it, with `more` arguments at the end."""
    binary = embedded.find_binary()
    assert binary
    child = embedded.server(chosen, directory, binary)
    process = start([*child.command, *more], directory)
    try:
        yield await connected(chosen, directory)
    finally:
        end(process)


def start(command: Sequence[str], directory: Path) -> subprocess.Popen[bytes]:
    with (directory / "temporal.log").open("ab") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """End it as the guard does."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def connected(chosen: Settings, directory: Path) -> Client:
    address = f"{embedded.ADDRESS}:{chosen.temporal_port}"
    for _ in range(600):
        try:
            return await Client.connect(address)
        except RuntimeError:
            await asyncio.sleep(0.05)
    raise AssertionError(f"no Temporal at {address}: {(directory / 'temporal.log').read_text()}")


async def start_workflow(client: Client, workflow_id: str) -> None:
    await client.start_workflow("anything", id=workflow_id, task_queue="nobody-polls")


async def start_unretried(client: Client) -> None:
    request = StartWorkflowExecutionRequest(
        namespace="default",
        workflow_id=f"unretried-{uuid4()}",
        workflow_type=WorkflowType(name="anything"),
        task_queue=TaskQueue(name="nobody-polls"),
        request_id=str(uuid4()),
    )
    timeout = timedelta(seconds=3)
    await client.workflow_service.start_workflow_execution(request, retry=False, timeout=timeout)


async def is_there(client: Client, workflow_id: str) -> bool:
    try:
        await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def test_data_survive_a_stop_and_a_kill(tmp_path: Path) -> None:
    chosen = settings()
    binary = embedded.find_binary()
    assert binary
    async with server(tmp_path, chosen) as client:
        await start_workflow(client, "before-the-stop")
    process = start(embedded.server(chosen, tmp_path, binary).command, tmp_path)
    client = await connected(chosen, tmp_path)
    await start_workflow(client, "before-the-kill")
    process.kill()
    process.wait()
    async with server(tmp_path, chosen) as client:
        assert await is_there(client, "before-the-stop")
        assert await is_there(client, "before-the-kill")
        assert not await is_there(client, "never-started")


async def test_a_backup_of_the_running_server_can_be_restored(tmp_path: Path) -> None:
    """As docs/operations.md describes."""
    live, restored = tmp_path / "live", tmp_path / "restored"
    live.mkdir()
    restored.mkdir()
    async with server(live, settings()) as client:
        await start_workflow(client, "before-the-backup")
        with (
            closing(sqlite3.connect(live / "temporal.db")) as source,
            closing(sqlite3.connect(restored / "temporal.db")) as target,
        ):
            source.backup(target)
        await start_workflow(client, "after-the-backup")
    async with server(restored, settings()) as client:
        assert await is_there(client, "before-the-backup")
        assert not await is_there(client, "after-the-backup")
        await start_workflow(client, "in-the-restored-one")


async def test_a_copy_of_the_stopped_server_can_be_restored(tmp_path: Path) -> None:
    live = tmp_path / "live"
    live.mkdir()
    async with server(live, settings()) as client:
        await start_workflow(client, "before-the-copy")
    shutil.copytree(live, tmp_path / "restored")
    async with server(tmp_path / "restored", settings()) as client:
        assert await is_there(client, "before-the-copy")


async def test_a_database_whose_first_set_up_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "temporal.db")) as unfinished:
        unfinished.execute("CREATE TABLE schema_version (version TEXT)")
        unfinished.commit()
    async with server(tmp_path, settings()) as client:
        await start_workflow(client, "works")
        assert await is_there(client, "works")


@pytest.mark.full
@pytest.mark.faults
async def test_a_kill_at_any_moment_of_the_first_start_leaves_a_usable_directory(
    tmp_path: Path,
) -> None:
    chosen, binary = settings(), embedded.find_binary()
    assert binary
    for milliseconds in range(10, 400, 15):
        directory = tmp_path / str(milliseconds)
        directory.mkdir()
        process = start(embedded.server(chosen, directory, binary).command, directory)
        try:
            process.wait(milliseconds / 1000)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        async with server(directory, chosen) as client:
            await start_workflow(client, "works")


def test_a_damaged_database_is_named_and_kept(tmp_path: Path) -> None:
    database = tmp_path / "temporal.db"
    database.write_bytes(b"this is no database, but somebody may still want it" * 100)
    with pytest.raises(StartError, match="is damaged"):
        embedded.server(settings(), tmp_path, Path("temporal"))
    assert database.exists()


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "temporal.log"
    with log.open("wb") as file:
        file.truncate(20 * 1024 * 1024)
    embedded.server(settings(), tmp_path, Path("temporal"))
    assert not log.exists()
    assert (tmp_path / "temporal.log.1").exists()


def test_clients_find_the_embedded_server_and_nothing_else() -> None:
    chosen = settings()
    before = {"PATH": "/bin", "TEMPORAL_API_KEY": "secret", "TEMPORAL_PROFILE": "cloud"}
    after = embedded.client_environment(chosen, before)
    assert after == {
        "PATH": "/bin",
        "TEMPORAL_ADDRESS": f"127.0.0.1:{chosen.temporal_port}",
        "TEMPORAL_NAMESPACE": "default",
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }


def test_the_binary_beside_python_goes_before_the_one_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "temporal"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    bundled = Path(sys.executable).with_name("temporal")
    assert embedded.find_binary() == (bundled if bundled.exists() else other)


async def test_a_downloaded_binary_is_used_again(tmp_path: Path) -> None:
    kept = tmp_path / "temporal-sdk-python-1.9.1"
    kept.write_text("#!/bin/sh\n")
    kept.chmod(0o755)
    assert await embedded.download_binary(tmp_path) == kept


@pytest.mark.full
@pytest.mark.parametrize(
    "key", [key for key in embedded.RAISED_LIMITS if not key.startswith("worker.")]
)
async def test_the_server_knows_every_limit_by_this_name(tmp_path: Path, key: str) -> None:
    """A misspelt key is ignored silently. A known one, lowered to 1, refuses calls."""
    async with server(tmp_path, settings(), f"--dynamic-config-value={key}=1") as client:

        async def refused() -> bool:
            try:
                if "visibility" in key:
                    request = CountWorkflowExecutionsRequest(namespace="default")
                    await client.workflow_service.count_workflow_executions(request, retry=False)
                else:
                    await start_unretried(client)
            except RPCError:
                return True
            return False

        assert any(await asyncio.gather(*(refused() for _ in range(60))))
