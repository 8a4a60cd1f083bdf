"""API keys to Temporal, checked by its own authorizer."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.cluster.parts.authorizing import Authorizing, authorizing
from tests.cluster.programs import TemporalRelease
from tests.command_line import COMMAND, environment
from tests.faults.part import Part, answers
from tests.ports import free_port
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(900)

_SAID = "check TEMPORAL_API_KEY"


@pytest.fixture
def temporal(release: TemporalRelease, tmp_path: Path) -> Iterator[Authorizing]:
    with authorizing(release, tmp_path) as found:
        yield found


def test_tasks_run_with_an_api_key_of_their_namespace_and_with_no_other(
    temporal: Authorizing, tmp_path: Path
) -> None:
    wait_until(lambda: _registered(temporal), "the namespace is registered", 60)
    bad = {
        "none": "",
        "expired": temporal.api_key("tasks:admin", expires_in=timedelta(hours=-1)),
        "another namespace's": temporal.api_key("other:admin"),
    }
    for name, key in bad.items():
        refused = _set_up(temporal, key, tmp_path)
        assert refused.returncode == 2, (name, refused.stderr)
        assert _SAID in refused.stderr, name
        assert not key or key not in refused.stderr
    good = temporal.api_key("tasks:admin")
    wait_until(lambda: _set_up(temporal, good, tmp_path).returncode == 0, "it is set up", 120)
    parts = [
        server := _part(temporal, "server", good, tmp_path),
        worker := _part(temporal, "worker", good, tmp_path),
        refused_server := _part(temporal, "server", bad["another namespace's"], tmp_path),
        refused_worker := _part(temporal, "worker", bad["another namespace's"], tmp_path),
    ]
    try:
        for part in parts:
            part.start()
        for part in (server, worker, refused_server):
            part.wait_until_up(60)
        with _client(server) as rest:
            wait_until(lambda: _is_ready(rest), "a worker was seen", 60)
            for name, trigger in (
                ("single", {"kind": "once", "delay": "PT1S"}),
                ("often", {"kind": "interval", "every": 2}),
            ):
                task = {"id": name, "trigger": trigger, "action": {"kind": "log", "message": "x"}}
                assert rest.post("/tasks", json=task).status_code == 201
                wait_until(partial(_succeeded, rest, name), f"{name} ran", 60)
        with _client(refused_server) as rest:
            answered = rest.get("/tasks")
            assert answered.status_code == 503
            assert _SAID in answered.json()["detail"]
        wait_until(lambda: _SAID in refused_worker.said(), "the worker says so", 60)
        assert refused_worker.running
        assert not any(key in part.said() for key in (good, *bad.values()) if key for part in parts)
    finally:
        for part in parts:
            part.kill()


def _registered(temporal: Authorizing) -> bool:
    try:
        asyncio.run(temporal.register())
    except Exception:
        return False
    return True


def _set_up(temporal: Authorizing, key: str, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "setup-namespace"],
        env=environment(temporal.environment(key)),
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def _part(temporal: Authorizing, program: str, key: str, directory: Path) -> Part:
    port = free_port()
    option = "--port" if program == "server" else "--metrics-port"
    address = f"http://127.0.0.1:{port}/{'healthz' if program == 'server' else 'readyz'}"
    return Part(
        f"{program}-{port}",
        [*COMMAND, program, f"{option}={port}"],
        environment(temporal.environment(key) | {"PYTHONUNBUFFERED": "1"}),
        directory / f"{program}-{port}.log",
        answers(address),
    )


def _client(server: Part) -> httpx.Client:
    port = server.name.removeprefix("server-")
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False)


def _is_ready(rest: httpx.Client) -> bool:
    ready = rest.get("/readyz")
    return ready.status_code == 200 and bool(ready.json()["workers"])


def _succeeded(rest: httpx.Client, task_id: str) -> bool:
    runs = rest.get(f"/tasks/{task_id}/runs").json().get("items", [])
    return any(run["status"] == "succeeded" for run in runs)
