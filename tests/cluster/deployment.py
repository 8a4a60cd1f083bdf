"""On the Dot on a cluster: servers behind the balancer, and workers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster.parts.balancer import SideDoor
from tests.cluster.parts.bound_process import bound_to_parent
from tests.cluster.parts.cluster import Cluster, room
from tests.cluster.parts.network import REST_PORT
from tests.cluster.programs import Programs, TemporalRelease
from tests.command_line import COMMAND, environment
from tests.faults.part import Part, answers, up
from tests.faults.small_disk import SmallDisk
from tests.faults.system import System

_METRICS_PORT = 9464


class Deployment(System):
    """`servers` and `workers` of ours on a cluster that is there, reached through its balancer."""

    def __init__(
        self, cluster: Cluster, *, servers: int = 2, workers: int = 2, **settings: str
    ) -> None:
        super().__init__(f"http://{cluster.network.balancer}:{REST_PORT}", cluster.address)
        self.cluster = cluster
        self._directory = cluster.directory
        self._environment = environment(
            {
                **{k: v for k, v in cluster.environment.items() if k.startswith("TEMPORAL_")},
                "ONTHEDOT_ALLOW_HOSTS": "localhost,127.0.0.0/8",
                "ONTHEDOT_ALLOW_COMMANDS": "true",
                "PYTHONUNBUFFERED": "1",
                **settings,
            }
        )
        self.servers = [self._server(number + 1) for number in range(servers)]
        self.workers = [self._worker(number + 1) for number in range(workers)]

    def set_up(self) -> None:
        """Prepares the namespace; once is enough."""
        command = [*COMMAND, "setup-namespace"]
        subprocess.run(
            command,
            env=self._environment,
            cwd=self._directory,
            check=True,
            capture_output=True,
            timeout=300,
        )

    def start(self) -> None:
        """Has everything up, the cluster too, whatever happened to it before."""
        self.cluster.start()
        parts = [*self.servers, *self.workers]
        for part in parts:
            part.thaw()
            if not part.running:
                part.start()
        for part in parts:
            part.wait_until_up()
        self.wait_until_ready()

    @contextmanager
    def cut_off_worker(self) -> Iterator[Part]:
        """Has the second worker come to Temporal by a way of its own, which can be frozen."""
        number, network = 2, self.cluster.network
        way = SideDoor(self.cluster.programs.haproxy, self._directory, network)
        worker = self._worker(number, TEMPORAL_ADDRESS=way.address)
        self.workers[number - 1].kill()
        with up(way), up(worker):
            yield way

    def close(self) -> None:
        """Ends servers and workers at once; not the cluster."""
        self.client.close()
        for part in (*self.servers, *self.workers):
            part.kill()

    def _server(self, number: int) -> Part:
        address = self.cluster.network.server(number)
        return self._part(
            f"server-{number}",
            ["server", f"--host={address}", f"--port={REST_PORT}"],
            f"http://{address}:{REST_PORT}/healthz",
            {},
        )

    def _worker(self, number: int, **more: str) -> Part:
        address = self.cluster.network.worker(number)
        return self._part(
            f"worker-{number}",
            ["worker", f"--metrics-port={_METRICS_PORT}"],
            f"http://{address}:{_METRICS_PORT}/readyz",
            {"ONTHEDOT_METRICS_HOST": address, **more},
        )

    def _part(self, name: str, arguments: list[str], url: str, settings: dict[str, str]) -> Part:
        return Part(
            name,
            bound_to_parent([*COMMAND, *arguments]),
            self._environment | settings,
            self._directory / f"{name}.log",
            answers(url),
        )


@contextmanager
def deployed(
    programs: Programs,
    release: TemporalRelease,
    *,
    standby: bool = False,
    disk: SmallDisk | None = None,
    database_settings: tuple[str, ...] = (),
) -> Iterator[Deployment]:
    """A cluster of its own with two servers and two workers, set up; the namespace is ready."""
    with room() as directory:
        cluster = Cluster(
            programs,
            release,
            directory,
            standby=standby,
            disk=disk,
            database_settings=database_settings,
        )
        made = Deployment(cluster, ONTHEDOT_WORKER_GRACE="PT10S")
        try:
            cluster.create(release, print)
            made.set_up()
            yield made
        finally:
            made.close()
            cluster.close()
