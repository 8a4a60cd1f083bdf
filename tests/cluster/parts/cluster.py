"""A Temporal cluster on one machine: PostgreSQL, nodes of four services, haproxy in front."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.parts.balancer import Balancer
from tests.cluster.parts.database import Database
from tests.cluster.parts.network import TEMPORAL_PORT, Network
from tests.cluster.parts.node import STARTS_WITHIN_SECONDS, Node, NodeSettings
from tests.cluster.parts.standby import Standby
from tests.cluster.programs import Programs, TemporalRelease
from tests.faults.small_disk import SmallDisk
from tests.waiting import wait_until

NAMESPACE = "default"
#: What docker-compose.yml has.
SHARDS = 512
_DEPLOY = Path(__file__).parents[3] / "deploy"


@contextmanager
def room() -> Iterator[Path]:
    """An empty directory, through which every user may pass to their own. Removed at the end."""
    directory = Path(tempfile.mkdtemp(prefix="onthedot-cluster-"))
    try:
        # PostgreSQL may run as another user.
        directory.chmod(0o711)
        yield directory
    finally:
        # Not in Python: what still ends may write while this removes.
        subprocess.run(["rm", "-rf", str(directory)], check=False)


class Cluster:
    """It is set up with the scripts of deploy/, and has its logs and data in `directory`."""

    def __init__(
        self,
        programs: Programs,
        release: TemporalRelease,
        directory: Path,
        *,
        nodes: int = 2,
        servers: int = 2,
        shards: int = SHARDS,
        standby: bool = False,
        disk: SmallDisk | None = None,
        database_settings: tuple[str, ...] = (),
    ) -> None:
        self.programs = programs
        self.directory = directory
        self.network = Network.free()
        self.database = Database(
            programs.postgres,
            directory,
            self.network.database,
            settings=database_settings,
            disk=disk,
        )
        self.standby = Standby(self.database, directory, self.network.standby) if standby else None
        self._database_address = self.network.balancer if standby else self.network.database
        settings = NodeSettings(
            self.network, self._database_address, self.database.password, shards
        )
        self.nodes = [Node(number + 1, directory, release, settings) for number in range(nodes)]
        self.balancer = Balancer(programs.haproxy, directory, self.network, nodes, servers, standby)

    @property
    def address(self) -> str:
        """Where clients of Temporal go."""
        return f"{self.network.balancer}:{TEMPORAL_PORT}"

    @property
    def environment(self) -> dict[str, str]:
        """What a client of Temporal reads."""
        plain = {key: text for key, text in os.environ.items() if not key.startswith("TEMPORAL_")}
        return plain | {
            "TEMPORAL_ADDRESS": self.address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }

    def create(self, release: TemporalRelease, say: Callable[[str], None]) -> None:
        """Makes the databases and starts everything, for the first time."""
        say("making the databases")
        self.database.create()
        self.database.start()
        self.database.wait_until_up()
        if self.standby:
            self.standby.follow()
        self.update_schema(release)
        say(f"starting {len(self.nodes)} nodes of Temporal {release.version}")
        self.balancer.start()
        self.balancer.wait_until_up()
        # Those that start at once on an empty database race for its first row, and the losers exit.
        first = self.nodes[0].parts["history"]
        first.start()
        first.wait_until_up(STARTS_WITHIN_SECONDS)
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_until_up()
        say("making the namespace")
        self._script("namespace.sh", self.programs.cli.parent, self.environment)

    def update_schema(self, release: TemporalRelease) -> None:
        """Brings the databases up to what this release needs."""
        place = {"POSTGRES_HOST": self.network.database, "TEMPORAL_SCHEMA": str(release.schema)}
        secret = {"SQL_PASSWORD": self.database.password}
        self._script("schema.sh", release.sql_tool.parent, {**os.environ, **place, **secret})

    def start(self) -> None:
        """Has everything up again, whatever happened to it."""
        if not self.database.running:
            self.database.start()
        self.database.wait_until_up()
        if not self.balancer.running:
            self.balancer.start()
        self.balancer.wait_until_up()
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_until_up()
        self.wait_until_healthy()

    def wait_until_healthy(self) -> None:
        """Returns once Temporal answers through the balancer."""
        wait_until(self._healthy, "Temporal answers", STARTS_WITHIN_SECONDS)

    def close(self) -> None:
        """Ends everything at once."""
        self.balancer.kill()
        for node in self.nodes:
            node.kill()
        self.database.kill()
        if self.standby:
            self.standby.kill()

    def _healthy(self) -> bool:
        asked = subprocess.run(
            [str(self.programs.cli), "operator", "cluster", "health"],
            env=self.environment,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return asked.returncode == 0

    def _script(self, name: str, path: Path, environment: dict[str, str]) -> None:
        """Runs one of production's own scripts. Raises AssertionError with what it said."""
        ended = subprocess.run(
            ["/bin/sh", str(_DEPLOY / name)],
            env={**environment, "PATH": f"{path}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=STARTS_WITHIN_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, f"{name}: {(ended.stdout + ended.stderr)[-2000:]}"
