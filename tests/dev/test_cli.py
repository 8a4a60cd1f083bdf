"""The command line, with real processes: starting, refusing, stopping, and surviving kills."""

from __future__ import annotations

import hashlib
import re
import signal
import subprocess
import sys
import urllib.error
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_line import Dev, Running, free_ports, get, run
from tests.dev.conftest import STOP_LIMIT, listener
from tests.process_tree import descendants, is_running
from tests.waiting import at_load, wait_until


def test_version_and_help(tmp_path: Path) -> None:
    assert run("version", cwd=tmp_path).returncode == 0
    helped = run("--help", cwd=tmp_path)
    assert helped.returncode == 0
    for command in ("dev", "server", "worker", "setup-namespace", "token", "version"):
        assert command in helped.stdout
    assert run("nonsense", cwd=tmp_path).returncode == 2


def test_a_command_imports_only_what_it_runs() -> None:
    program = (
        "import sys, onthedot.cli, onthedot.dev\n"
        "heavy = {'temporalio', 'fastapi', 'nicegui', 'uvicorn'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], cwd=root, check=True)


def test_a_new_token_is_shown_once_with_its_hash(tmp_path: Path) -> None:
    made = run("token", "new", "ann", "--role", "operator", cwd=tmp_path)
    assert made.returncode == 0
    token = re.search(r"Bearer (otd_\S{40,})", made.stdout)
    entry = re.search(r"ONTHEDOT_API_TOKENS=ann:operator:sha256:([0-9a-f]{64})", made.stdout)
    assert token
    assert entry
    assert hashlib.sha256(token[1].encode()).hexdigest() == entry[1]
    assert run("token", "new", "not a name", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("option", ["port", "metrics-port", "temporal-port", "temporal-ui-port"])
def test_a_busy_port_is_one_line_that_names_the_option(tmp_path: Path, option: str) -> None:
    with listener() as taken:
        ports = free_ports() | {option: taken}
        refused = run("dev", *(f"--{k}={v}" for k, v in ports.items()), cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert f"Port {taken} on 127.0.0.1 is in use" in refused.stderr
    assert f"with --{option}." in refused.stderr


@pytest.mark.parametrize("command", ["server", "worker"])
def test_a_part_alone_says_the_same_of_a_busy_port(tmp_path: Path, command: str) -> None:
    option = {"server": "port", "worker": "metrics-port"}[command]
    with listener() as taken:
        refused = run(command, f"--{option}={taken}", cwd=tmp_path)
    assert refused.returncode == 2
    assert f"with --{option}." in refused.stderr


def test_a_directory_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ports = [f"--{name}={port}" for name, port in free_ports().items()]
    refused = run("dev", *ports, f"--data-dir={tmp_path}/file/below", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "--data-dir" in refused.stderr


def test_a_wide_host_is_refused_without_a_token(tmp_path: Path) -> None:
    for command in ("dev", "server"):
        refused = run(command, "--host=0.0.0.0", cwd=tmp_path)
        assert refused.returncode == 2
        assert "ONTHEDOT_API_TOKENS" in refused.stderr
        assert refused.stderr.count("\n") == 1


def test_a_wrong_setting_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ONTHEDOT_METRICS_PORT=many\n")
    refused = run("worker", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("onthedot: ONTHEDOT_METRICS_PORT: ")
    assert refused.stderr.count("\n") == 1


def test_a_module_that_cannot_be_loaded_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise ValueError('oh')")
    (tmp_path / "empty.py").write_text("")
    for module, reason in (("broken", "ValueError: oh"), ("absent", "absent"), ("empty", "defn")):
        refused = run("worker", cwd=tmp_path, ONTHEDOT_MODULES=module)
        assert refused.returncode == 2
        assert reason in refused.stderr
        assert refused.stderr.count("\n") == 1


def test_a_worker_waits_for_temporal_and_says_so(tmp_path: Path) -> None:
    ports = free_ports()
    away = {"TEMPORAL_ADDRESS": f"127.0.0.1:{ports['temporal-port']}"}
    option = f"--metrics-port={ports['metrics-port']}"
    with closing(Running("worker", option, cwd=tmp_path, **away)) as worker:
        worker.wait_for("waiting for Temporal")
        assert get(ports["metrics-port"], "/healthz")[0] == 200
        with pytest.raises(urllib.error.HTTPError, match="503"):
            get(ports["metrics-port"], "/readyz")
        code, took = worker.stop(signal.SIGTERM)
        assert code == 0
        assert took < at_load(STOP_LIMIT)


def _ready(port: int) -> bool:
    try:
        return get(port, "/readyz")[0] == 200
    except urllib.error.HTTPError:
        return False


def test_dev_says_where_everything_is_and_it_is_there(tmp_path: Path) -> None:
    with closing(Dev(tmp_path / "data")) as running:
        running.wait_until_up()
        running.wait_for("polling the task queue")
        running.wait_for(f"  data             {tmp_path / 'data'}")
        said = "\n".join(running.lines)
        for port, path in (("port", "/ui"), ("port", "/docs"), ("temporal-ui-port", "")):
            address = f"http://127.0.0.1:{running.ports[port]}{path}"
            assert address in said
            assert get(running.ports[port], path)[0] == 200
        assert running.get("/healthz")[0] == 200
        wait_until(lambda: _ready(running.ports["metrics-port"]), "the worker is ready")
        metrics = get(running.ports["metrics-port"], "/metrics")[1]
        assert b"process_cpu_seconds_total" in metrics
        assert b"temporal_" in metrics
        family = descendants(running.process.pid)
        code, took = running.stop(signal.SIGINT)
        assert code == 0, running.lines
        assert took < at_load(STOP_LIMIT)
        assert not any(map(is_running, family))


def test_sigterm_stops_it_as_well_and_a_second_start_finds_its_data(tmp_path: Path) -> None:
    with closing(Dev(tmp_path / "data")) as first:
        first.wait_until_up()
        code, took = first.stop(signal.SIGTERM)
        assert code == 0
        assert took < at_load(STOP_LIMIT)
    with closing(Dev(tmp_path / "data", first.ports)) as second:
        second.wait_until_up()
        assert second.stop(signal.SIGTERM)[0] == 0


def test_a_stop_during_the_start_is_clean(tmp_path: Path) -> None:
    with closing(Dev(tmp_path / "data")) as running:
        running.wait_for("starting Temporal")
        code, took = running.stop(signal.SIGTERM)
        assert code == 0
        assert took < at_load(STOP_LIMIT)


def test_a_second_dev_on_one_directory_is_refused_by_one_line(tmp_path: Path) -> None:
    with closing(Dev(tmp_path / "data")) as running:
        running.wait_for("starting Temporal")
        ports = [f"--{name}={port}" for name, port in free_ports().items()]
        refused = run("dev", *ports, f"--data-dir={tmp_path / 'data'}", cwd=tmp_path)
        assert refused.returncode == 2
        assert f"(process {running.process.pid})" in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert running.process.poll() is None
