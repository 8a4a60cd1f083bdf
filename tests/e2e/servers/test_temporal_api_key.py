"""A Temporal that requires TLS and an API key, reached with its own variables and profiles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.certificates import certify
from tests.e2e.servers.key_door import demanding_a_key
from tests.faults.part import Part, up
from tests.faults.stack import Stack
from tests.ports import free_port
from tests.waiting import wait_until

_KEY = "the-right-api-key"
_WRONG = "a-wrong-api-key"


@pytest.fixture
def door(stack: Stack, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables of a client that uses the proxy, without a key yet."""
    theirs = certify(tmp_path, "localhost")
    with demanding_a_key(theirs, _KEY, stack.temporal_port, tmp_path) as port:
        yield {
            "TEMPORAL_ADDRESS": f"localhost:{port}",
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(theirs.authority),
        }


def _profile(door: dict[str, str], directory: Path) -> dict[str, str]:
    file = directory / "temporal.toml"
    file.write_text(
        f'[profile.cloud]\naddress = "{door["TEMPORAL_ADDRESS"]}"\napi_key = "{_KEY}"\n'
        f'[profile.cloud.tls]\nserver_ca_cert_path = "{door["TEMPORAL_TLS_SERVER_CA_CERT_PATH"]}"\n'
    )
    return {
        "TEMPORAL_ADDRESS": "",
        "TEMPORAL_CONFIG_FILE": str(file),
        "TEMPORAL_PROFILE": "cloud",
    }


@pytest.mark.parametrize("how", ["variables", "profile"])
def test_tasks_run_over_tls_with_an_api_key(
    stack: Stack, door: dict[str, str], tmp_path: Path, name: str, how: str
) -> None:
    way = _profile(door, tmp_path) if how == "profile" else door | {"TEMPORAL_API_KEY": _KEY}
    way["ONTHEDOT_TASK_QUEUE"] = name
    server = stack.another_server(free_port(), **way)
    worker = stack.another_worker(f"worker-{name}", **way)
    with up(server, worker), _client(server) as rest:
        task = {
            "id": name,
            "trigger": {"kind": "once", "delay": "PT1S"},
            "action": {"kind": "log", "message": "over TLS"},
        }
        assert rest.post("/tasks", json=task).status_code == 201
        wait_until(lambda: rest.get(f"/tasks/{name}").json()["status"] == "completed", "it ran")
        assert rest.get("/readyz").json()["workers"]
        for part in (server, worker):
            assert _KEY not in part.said()


@pytest.mark.parametrize("key", ["", _WRONG], ids=["no key", "a wrong key"])
def test_a_key_that_temporal_refuses_is_said(stack: Stack, door: dict[str, str], key: str) -> None:
    way = door | {"TEMPORAL_API_KEY": key, "TEMPORAL_TLS": "true"}
    server = stack.another_server(free_port(), **way)
    worker = stack.another_worker("worker-refused", **way)
    worker.start()
    try:
        with up(server), _client(server) as rest:
            for path in ("/readyz", "/tasks", "/runs", "/tasks/some"):
                answered = rest.get(path)
                assert answered.status_code == 503, (path, answered.text)
                assert "TEMPORAL_API_KEY" in answered.json()["detail"], path
        wait_until(lambda: "TEMPORAL_API_KEY" in worker.said(), "the worker says so")
        assert worker.running
        for part in (server, worker):
            assert _WRONG not in part.said()
    finally:
        worker.kill()


def _client(server: Part) -> httpx.Client:
    port = server.name.removeprefix("server-")
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False)
