"""Temporal on a SQLite file, workers and a server: real processes, each of which can be broken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import httpx

from onthedot import embedded
from onthedot.settings import load
from tests.command_line import environment
from tests.faults.part import Part, answers
from tests.faults.system import System
from tests.forked import Forked
from tests.ports import free_port


class Stack(System):
    """The system as three kinds of processes.

    Args:
        directory: for logs.
        data: where Temporal keeps its database, by default the same directory.
        inside: a prefix of Temporal's command, such as `nsenter`.
        more: settings of the workers and the server.
    """

    def __init__(
        self,
        directory: Path,
        *,
        workers: int = 1,
        data: Path | None = None,
        inside: Sequence[str] = (),
        **more: str,
    ) -> None:
        self._directory = directory
        self.port, self.temporal_port, ui_port = free_port(), free_port(), free_port()
        address = f"{embedded.ADDRESS}:{self.temporal_port}"
        super().__init__(f"http://127.0.0.1:{self.port}", address)
        chosen = load({"temporal_port": self.temporal_port, "temporal_ui_port": ui_port})
        child = embedded.server(chosen, data or directory, self.binary)
        plain = embedded.client_environment(chosen, environment({}))
        self._environment = plain | {
            "ONTHEDOT_ALLOW_HOSTS": "localhost,127.0.0.0/8",
            "ONTHEDOT_ALLOW_COMMANDS": "true",
            "PYTHONUNBUFFERED": "1",
            **more,
        }
        self._is_set_up = False
        self.temporal = Part(
            "temporal",
            [*inside, *child.command],
            plain,
            directory / "temporal.log",
            answers(f"http://127.0.0.1:{ui_port}"),
        )
        self._metrics_port = free_port()
        ports = [self._metrics_port, *(free_port() for _ in range(workers - 1))]
        self.workers = [self._worker(f"worker-{n}", port) for n, port in enumerate(ports)]
        self.server = self.another_server(self.port)

    @property
    def worker(self) -> Part:
        """The first one, which runs unless a test breaks it."""
        return self.workers[0]

    @property
    def parts(self) -> list[Part]:
        return [self.temporal, *self.workers, self.server]

    def start(self) -> None:
        """Starts Temporal, one worker and the server, unless they run already."""
        for spare in self.workers[1:]:
            spare.kill()
        wanted = (self.temporal, self.worker, self.server)
        for part in wanted:
            part.thaw()
            if not part.running:
                part.start()
            if part is self.temporal and not self._is_set_up:
                self._set_up()
        for part in wanted:
            part.wait_until_up()
        self.wait_until_ready()

    def another_server(self, port: int, **more: str) -> Part:
        """Another server for the same Temporal, with its own settings; not started yet."""
        command = ["server", f"--port={port}"]
        return self._part(f"server-{port}", command, f"http://127.0.0.1:{port}/healthz", **more)

    def another_worker(self, name: str, **more: str) -> Part:
        """Another worker with its own settings; not started yet."""
        return self._worker(name, free_port(), **more)

    def metrics(self) -> str:
        """The metrics of the first worker."""
        return httpx.get(f"http://127.0.0.1:{self._metrics_port}/metrics", trust_env=False).text

    def close(self) -> None:
        """Kills everything."""
        self.client.close()
        for part in reversed(self.parts):
            part.kill()

    def _worker(self, name: str, port: int, **more: str) -> Part:
        command = ["worker", f"--metrics-port={port}"]
        return self._part(name, command, f"http://127.0.0.1:{port}/readyz", **more)

    def _part(self, name: str, command: list[str], address: str, **more: str) -> Part:
        # One that is empty is taken away.
        variables = {key: value for key, value in (self._environment | more).items() if value}
        log = self._directory / f"{name}.log"
        return Part(name, command, variables, log, answers(address), is_ours=True)

    def _set_up(self) -> None:
        log = self._directory / "setup.log"
        assert Forked(["setup-namespace"], self._environment, log).wait(90) == 0, log.read_text()
        self._is_set_up = True
