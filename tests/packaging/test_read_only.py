"""Server and worker as the chart and the compose file run them: only one directory is writable."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from temporalio.client import Client

from onthedot.settings import Settings
from tests.command_line import COMMAND, Running, get
from tests.ports import free_port
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

#: Everything read-only but for one tmpfs; no capability, and none to be had.
_CONFINE = """
mount -t tmpfs none "$1" && mount -o remount,bind,ro / || exit 77
shift
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
"""


def confined(writable: Path) -> tuple[str, ...]:
    """The prefix of a command. Skips the test if this machine does not allow it."""
    for program in ("unshare", "setpriv"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here")
    own_view = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _CONFINE, "sh")
    prefix = (*own_view, str(writable))
    tried = subprocess.run([*prefix, "touch", str(writable.parent / "x")], check=False)
    if tried.returncode == 77:
        pytest.skip("this machine lets nobody have a view of the files of their own")
    assert tried.returncode != 0, "the file system is not read-only"
    return prefix


@pytest.mark.parametrize("part", ["server", "worker"])
async def test_it_runs_with_one_writable_directory_and_no_rights(
    client: Client, settings: Settings, tmp_path: Path, part: str
) -> None:
    writable, port = tmp_path / "writable", free_port()
    writable.mkdir()
    option = {"server": "--port", "worker": "--metrics-port"}[part]
    running = Running(
        part,
        f"{option}={port}",
        cwd=tmp_path,
        program=(*confined(writable), *COMMAND),
        HOME="/nonexistent",
        TMPDIR=str(writable),
        NICEGUI_STORAGE_PATH=str(writable / "nicegui"),
        PYTHONDONTWRITEBYTECODE="1",
        TEMPORAL_ADDRESS=client.service_client.config.target_host,
        TEMPORAL_NAMESPACE=client.namespace,
        ONTHEDOT_TASK_QUEUE=settings.task_queue,
    )
    with closing(running):

        async def ready() -> bool:
            assert running.process.poll() is None, running.lines
            try:
                return get(port, "/readyz")[0] == 200
            except OSError:
                return False

        await eventually(ready)
        if part == "server":
            assert b"<html" in get(port, "/ui")[1]
