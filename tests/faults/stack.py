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
        port, temporal_port, ui_port = free_port(), free_port(), free_port()
        super().__init__(f"http://127.0.0.1:{port}", f"{embedded.ADDRESS}:{temporal_port}")
        chosen = load({"temporal_port": temporal_port, "temporal_ui_port": ui_port})
        child = embedded.server(chosen, data or directory, self.binary)
        plain = embedded.client_environment(chosen, environment({}))
        self._environment = plain | {
            "ONTHEDOT_ALLOW_HOSTS": "localhost,127.0.0.0/8",
            "ONTHEDOT_ALLOW_COMMANDS": "true",
            "PYTHONUNBUFFERED": "1",
            **more,
        }
        self._is_set_up = False
        self._metrics: dict[int, str] = {}
        self.temporal = Part(
            "temporal",
            [*inside, *child.command],
            plain,
            directory / "temporal.log",
            answers(f"http://127.0.0.1:{ui_port}"),
        )
        self.workers = [self._worker(number) for number in range(workers)]
        self.server = Part(
            "server",
            ["server", f"--port={port}"],
            self._environment,
            directory / "server.log",
            answers(f"http://127.0.0.1:{port}/healthz"),
            is_ours=True,
        )

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

    def metrics(self) -> str:
        """The metrics of the first worker."""
        return httpx.get(self._metrics[0], trust_env=False).text

    def close(self) -> None:
        """Kills everything."""
        self.client.close()
        for part in reversed(self.parts):
            part.kill()

    def _worker(self, number: int) -> Part:
        port = free_port()
        self._metrics[number] = f"http://127.0.0.1:{port}/metrics"
        return Part(
            f"worker {number + 1}",
            ["worker", f"--metrics-port={port}"],
            self._environment,
            self._directory / f"worker-{number + 1}.log",
            answers(f"http://127.0.0.1:{port}/readyz"),
            is_ours=True,
        )

    def _set_up(self) -> None:
        log = self._directory / "setup.log"
        assert Forked(["setup-namespace"], self._environment, log).wait(90) == 0, log.read_text()
        self._is_set_up = True
