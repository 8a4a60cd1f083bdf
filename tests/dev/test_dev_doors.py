"""The ports that `onthedot dev` opens, and who gets in."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.command_line import Dev
from tests.process_tree import descendants
from tests.waiting import PATIENCE, wait_until

CANARY = f"c4nary-{uuid4().hex}"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    directory = tmp_path_factory.mktemp("dev")
    (directory / ".env").write_text(f"ONTHEDOT_SECRET_FROM_FILE={CANARY}\n")
    made = Dev(
        directory / "data",
        ONTHEDOT_ALLOW_COMMANDS="true",
        ONTHEDOT_SECRET_KEY=CANARY,
        TEMPORAL_API_KEY=CANARY,
    )
    with closing(made):
        made.wait_until_up()
        made.wait_for("polling the task queue")
        yield made


def ask(
    port: int,
    path: str,
    *,
    address: str = "127.0.0.1",
    method: str = "GET",
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    connection = http.client.HTTPConnection(address, port, timeout=PATIENCE)
    try:
        sent = None if body is None else json.dumps(body)
        kind = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, sent, kind | dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def tried(running: Dev, action: Mapping[str, Any]) -> Any:
    path, body = "/actions/test", {"action": action}

    def answered() -> Any:
        # A busy machine may answer that Temporal is too slow.
        status, told = ask(running.ports["port"], path, method="POST", body=body)
        return None if status == 503 else json.loads(told)

    return wait_until(answered, "it is tried")


def temporal(running: Dev) -> tuple[int, str]:
    """The process of the Temporal server, and its command line."""
    found = descendants(running.process.pid).items()
    return next((p, args) for p, args in found if "start-dev" in args and "guard.py" not in args)


def listening(process_id: int) -> set[tuple[str, int]]:
    said = subprocess.run(["ss", "-Htlnp"], capture_output=True, text=True, check=True).stdout
    ours = [line.split()[3] for line in said.splitlines() if f"pid={process_id}," in line]
    return {(at.rpartition(":")[0].strip("[]"), int(at.rpartition(":")[2])) for at in ours}


@pytest.mark.parametrize(
    "host", ["evil.example:{}", "localhost.evil.example", "127.0.0.1.nip.io", ""]
)
@pytest.mark.parametrize("port", ["temporal-ui-port", "metrics-port"])
def test_a_foreign_host_is_refused(running: Dev, port: str, host: str) -> None:
    number = running.ports[port]
    assert ask(number, "/metrics", headers={"Host": host.format(number)})[0] == 403


@pytest.mark.parametrize("host", ["localhost:{}", "127.0.0.1:{}", "[::1]:{}", "LOCALHOST"])
def test_this_machines_own_names_are_let_in(running: Dev, host: str) -> None:
    for port, path in (("temporal-ui-port", "/"), ("metrics-port", "/healthz")):
        number = running.ports[port]
        assert ask(number, path, headers={"Host": host.format(number)})[0] == 200


def test_a_page_of_another_origin_is_refused(running: Dev) -> None:
    number, path = running.ports["temporal-ui-port"], "/api/v1/namespaces"
    own = f"http://127.0.0.1:{number}"
    assert ask(number, path, headers={"Origin": "https://evil.example"})[0] == 403
    assert ask(number, path, headers={"Origin": "null"})[0] == 403
    assert ask(number, path, headers={"Origin": own})[0] == 200


def test_the_web_ui_works_through_its_door(running: Dev) -> None:
    number = running.ports["temporal-ui-port"]
    status, listed = ask(number, "/api/v1/namespaces")
    assert status == 200
    assert "default" in {each["namespaceInfo"]["name"] for each in json.loads(listed)["namespaces"]}
    page = ask(number, "/")[1]
    scripts = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css))"', page)
    assert scripts
    for script in scripts[:3]:
        assert ask(number, script)[0] == 200


def test_no_host_opens_temporals_http_api(running: Dev) -> None:
    process, command = temporal(running)
    path = "/api/v1/namespaces/default/workflows/run:x~manual-1"
    order = {"workflowType": {"name": "onthedot.TaskRun"}, "taskQueue": {"name": "onthedot"}}
    places = listening(process)
    assert len(places) > 2, places
    tried_ports = 0
    for address, port in places:
        if str(port) in command.partition("--ui-port=")[2].partition(" ")[0]:
            continue  # behind the front door
        for host in ("evil.example", f"127.0.0.1:{port}", "disabled.invalid", "localhost", ""):
            try:
                status, _ = ask(
                    port, path, address=address, method="POST", body=order, headers={"Host": host}
                )
            except (OSError, http.client.HTTPException):
                continue  # gRPC
            tried_ports += 1
            assert status in (400, 403, 404, 405), (port, host, status)
    assert tried_ports


def test_tasks_reach_everything_else_on_this_machine(running: Dev) -> None:
    for host in ("127.0.0.1", "localhost"):
        url = f"http://{host}:{running.ports['port']}/healthz"
        run = tried(running, {"kind": "http", "method": "GET", "url": url})
        assert run["status"] == "succeeded", run


@pytest.mark.parametrize("port", ["temporal-port", "temporal-ui-port"])
def test_tasks_do_not_reach_temporal(running: Dev, port: str) -> None:
    url = f"http://127.0.0.1:{running.ports[port]}/api/v1/namespaces"
    run = tried(running, {"kind": "http", "method": "GET", "url": url})
    assert run["error"]["type"] == "AddressRefused"


def test_no_process_shows_a_secret(running: Dev) -> None:
    family = [running.process.pid, *descendants(running.process.pid)]
    assert len(family) == 7
    for process in family:
        assert CANARY not in Path(f"/proc/{process}/environ").read_bytes().decode(), process


def test_a_command_finds_the_secrets_of_nobody(running: Dev) -> None:
    look = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'"
    run = tried(
        running,
        {
            "kind": "command",
            "argv": ["sh", "-c", f"{look} | grep -c '{CANARY[:-1]}[{CANARY[-1]}]'"],
        },
    )
    assert run["error"]["message"].startswith("sh ended with exit code 1"), run
    named = {"kind": "command", "argv": ["sh", "-c", "printf %s $KEY | wc -c"]}
    run = tried(running, {**named, "env": {"KEY": {"secret": "FROM_FILE"}}})
    assert run["output"]["stdout"].strip() == str(len(CANARY)), run
