"""The running system for browser tests: Temporal, a worker and servers as processes."""

from __future__ import annotations

from pathlib import Path

import httpx

from onthedot import embedded
from onthedot.settings import load
from tests.command_line import environment
from tests.faults.part import Part, answers
from tests.forked import Forked
from tests.ports import free_port
from tests.waiting import wait_until

_ROOT = Path(__file__).parents[2]


class Running:
    """Started by `start`, ended by `close`; logs are in `directory`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        chosen = load({"temporal_port": free_port(), "temporal_ui_port": free_port()})
        self.temporal_port = chosen.temporal_port
        binary = embedded.find_binary()
        assert binary, "there is no `temporal` program here"
        child = embedded.server(chosen, directory, binary)
        plain = embedded.client_environment(chosen, environment({}))
        self._environment = plain | {
            "ONTHEDOT_ALLOW_HOSTS": "localhost,127.0.0.0/8",
            "ONTHEDOT_ALLOW_COMMANDS": "true",
            "ONTHEDOT_MODULES": "tests.e2e.own_code",
            "PYTHONPATH": str(_ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        up = answers(f"http://127.0.0.1:{chosen.temporal_ui_port}")
        log = directory / "temporal.log"
        self.temporal = Part("temporal", child.command, plain, log, up)
        self.worker = self.another_worker("worker")
        self.server = self.another_server(self.port)
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False
        )

    def start(self) -> None:
        """Returns once pages can be opened and tasks run."""
        self.temporal.start()
        self.temporal.wait_until_up()
        log = self.directory / "setup.log"
        assert Forked(["setup-namespace"], self._environment, log).wait(90) == 0, log.read_text()
        for part in (self.worker, self.server):
            part.start()
        for part in (self.worker, self.server):
            part.wait_until_up()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Returns once Temporal responds and a worker was seen."""
        wait_until(self._is_ready, "Temporal answers, and a worker was seen")

    def _is_ready(self) -> bool:
        try:
            ready = self.client.get("/readyz")
        except httpx.HTTPError:
            return False
        return ready.status_code == 200 and bool(ready.json()["workers"])

    def another_server(self, port: int, **more: str) -> Part:
        """Another server for the same Temporal, with its own settings; not started yet."""
        command = ["server", f"--port={port}"]
        return self._part(f"server-{port}", command, f"http://127.0.0.1:{port}/healthz", **more)

    def another_worker(self, name: str, **more: str) -> Part:
        """Another worker with its own settings; not started yet."""
        metrics = free_port()
        command = ["worker", f"--metrics-port={metrics}"]
        return self._part(name, command, f"http://127.0.0.1:{metrics}/readyz", **more)

    def close(self) -> None:
        """Kills everything."""
        self.client.close()
        for part in (self.server, self.worker, self.temporal):
            part.thaw()
            part.kill()

    def _part(self, name: str, command: list[str], address: str, **more: str) -> Part:
        # One that is empty is taken away.
        variables = {key: value for key, value in (self._environment | more).items() if value}
        log = self.directory / f"{name}.log"
        return Part(name, command, variables, log, answers(address), is_ours=True)
