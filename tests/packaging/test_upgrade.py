"""Data of an earlier commit: its tasks fire, change and end under this one."""

from __future__ import annotations

import json
import signal
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Running, free_ports, get
from tests.packaging.rest import call, post, wait_for_end
from tests.packaging.wheels import ROOT, build_wheel, export, install
from tests.waiting import wait_until

#: The last commit whose modules stood at the top level, each under its own name.
EARLIER = "66b2c3e6ac07b9efe0ac1addee3e4db47784a926"

_LOG = {"kind": "log", "message": "upgraded"}
_EVERY = {"kind": "interval", "every": "PT2S"}


def dev(programs: Path, folder: Path, ports: dict[str, int]) -> Running:
    options = [f"--{name}={port}" for name, port in ports.items()]
    program = [str(programs / "onthedot")]
    running = Running("dev", *options, f"--data-dir={folder}/data", cwd=folder, program=program)
    running.wait_for("On the Dot is running")
    return running


def item(port: int, path: str) -> Any:
    return json.loads(get(port, path)[1])


@pytest.mark.timeout(180)
def test_tasks_of_an_earlier_commit_go_on(tmp_path: Path) -> None:
    source = export(EARLIER, tmp_path / "source")
    if source is None:
        pytest.skip(f"this checkout has no commit {EARLIER[:7]}: it needs the whole history")
    old = install(build_wheel(source, tmp_path / "old-dist"), tmp_path / "old")
    new = install(build_wheel(ROOT, tmp_path / "new-dist"), tmp_path / "new")
    ports = free_ports()
    port = ports["port"]

    with closing(dev(old, tmp_path, ports)) as running:
        later = (datetime.now(UTC) + timedelta(seconds=25)).isoformat()
        for task in (
            {"id": "every-2s", "trigger": _EVERY, "overlap": "allow_all"},
            {"id": "once", "trigger": {"kind": "once", "at": later}},
            {"id": "paused", "trigger": _EVERY, "paused": True},
            {"id": "edited", "trigger": {"kind": "cron", "expression": "0 3 * * *"}},
        ):
            post(port, "/tasks", task | {"action": _LOG})
        runs = "/tasks/every-2s/runs?status=succeeded"
        wait_until(lambda: bool(item(port, runs)["items"]), "a first run")
        assert running.stop(signal.SIGTERM)[0] == 0

    with closing(dev(new, tmp_path, ports)):
        started = datetime.now(UTC)
        assert {task["id"] for task in item(port, "/tasks")["items"]} == {
            "every-2s", "once", "paused", "edited",
        }  # fmt: skip

        def fires() -> bool:
            newest = item(port, runs)["items"][0]["scheduled_for"]
            return datetime.fromisoformat(newest) > started

        wait_until(fires, "a run under the new code")
        assert item(port, "/tasks/paused")["status"] == "paused"
        assert call(port, "POST", "/tasks/paused/resume")["status"] == "scheduled"
        changed = {"trigger": {"kind": "cron", "expression": "0 4 * * *"}, "action": _LOG}
        assert call(port, "PUT", "/tasks/edited", changed)["revision"] == 2
        assert wait_for_end(port, "once") == "completed"
        states = {entry["state"] for entry in item(port, "/tasks/every-2s/ledger")["items"]}
        assert states <= {"ran", "late", "running", "pending"}, states
        call(port, "DELETE", "/tasks/every-2s")
