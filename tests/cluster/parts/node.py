"""One node of a Temporal cluster: each of its four services as a process."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from tests.cluster.parts.bound_process import bound_to_parent
from tests.cluster.parts.database import USER
from tests.cluster.parts.network import POSTGRES_PORT, TEMPORAL_PORT, Network, accepts
from tests.cluster.programs import TemporalRelease
from tests.faults.part import Part

#: Each service's ports, for calls and for finding each other.
_PORTS = {
    "frontend": (TEMPORAL_PORT, 6933),
    "history": (7234, 6934),
    "matching": (7235, 6935),
    "worker": (7239, 6939),
}
SERVICES = tuple(_PORTS)
#: On a machine that has far more to do than it can.
STARTS_WITHIN_SECONDS = 300
_STOPS_WITHIN_SECONDS = 120
#: Those that come to a new release at once all write so into one row, and all but one of them exit;
#: whatever keeps them running in production starts them again.
_LOST_A_RACE = "SaveClusterMetadata encountered version mismatch"
_DYNAMIC_CONFIG = Path(__file__).parents[3] / "deploy" / "dynamicconfig.yaml"


@dataclass(frozen=True)
class NodeSettings:
    """What all nodes of a cluster share."""

    network: Network
    database_address: str
    database_password: str
    shards: int


class Node:
    """Node `number` of a cluster, on an address of its own. Its files are in `directory`."""

    def __init__(
        self, number: int, directory: Path, release: TemporalRelease, settings: NodeSettings
    ) -> None:
        self.number = number
        self.address = settings.network.node(number)
        self._directory = directory
        self._config = directory / f"node-{number}.yaml"
        self._config.touch(mode=0o600)
        self._config.write_text(yaml.safe_dump(_configuration(self.address, settings)))
        self.parts: dict[str, Part] = {}
        self.use(release)

    def use(self, release: TemporalRelease) -> None:
        """Takes this release at the next start; nothing of the node may run."""
        assert not any(part.running for part in self.parts.values())
        self.parts = {service: self._part(service, release) for service in SERVICES}

    def start(self) -> None:
        """Starts what does not run."""
        for part in self.parts.values():
            if not part.running:
                part.start()

    def wait_until_up(self) -> None:
        """Returns once every service of it accepts calls."""
        for part in self.parts.values():
            _wait_until_up(part)

    def stop(self) -> None:
        """Has each service end as it wants to."""
        for part in self.parts.values():
            part.ask_to_stop()
        for part in self.parts.values():
            part.wait(_STOPS_WITHIN_SECONDS)

    def kill(self) -> None:
        """All four services at once, as when the machine is gone."""
        for part in self.parts.values():
            part.kill()

    def _part(self, service: str, release: TemporalRelease) -> Part:
        command = [
            str(release.server),
            f"--config-file={self._config}",
            "--allow-no-auth",
            "start",
            f"--service={service}",
        ]
        return Part(
            f"{service} {self.number}",
            bound_to_parent(command),
            {**os.environ, "GOGC": "100"},
            self._directory / f"node-{self.number}-{service}.log",
            # The worker service answers no calls of anybody.
            partial(accepts, self.address, _PORTS[service][service == "worker"]),
        )


def _wait_until_up(part: Part) -> None:
    for _ in SERVICES:
        try:
            return part.wait_until_up(STARTS_WITHIN_SECONDS)
        except AssertionError:
            if part.running or _LOST_A_RACE not in part.said():
                raise
            part.start()
    return part.wait_until_up(STARTS_WITHIN_SECONDS)


def _configuration(address: str, settings: NodeSettings) -> dict[str, object]:
    """A production server's configuration: https://docs.temporal.io/references/configuration."""
    public = f"{settings.network.balancer}:{TEMPORAL_PORT}"
    return {
        "log": {"stdout": True, "level": "warn"},
        "persistence": {
            "defaultStore": "default",
            "visibilityStore": "visibility",
            "numHistoryShards": settings.shards,
            "datastores": {
                "default": {"sql": _store("temporal", 20, settings)},
                "visibility": {"sql": _store("temporal_visibility", 10, settings)},
            },
        },
        "global": {"membership": {"maxJoinDuration": "30s", "broadcastAddress": address}},
        "services": {
            service: {"rpc": {"grpcPort": calls, "membershipPort": membership, "bindOnIP": address}}
            for service, (calls, membership) in _PORTS.items()
        },
        **alone_at(public),
        "publicClient": {"hostPort": public},
        "dynamicConfigClient": {"filepath": str(_DYNAMIC_CONFIG), "pollInterval": "10s"},
    }


def alone_at(address: str) -> dict[str, object]:
    """The configuration of the one cluster there is; `address` is where its frontend answers."""
    active = {"rpcName": "frontend", "rpcAddress": address}
    return {
        "clusterMetadata": {
            "enableGlobalNamespace": False,
            "failoverVersionIncrement": 10,
            "masterClusterName": "active",
            "currentClusterName": "active",
            "clusterInformation": {
                "active": {"enabled": True, "initialFailoverVersion": 1} | active
            },
        },
        "dcRedirectionPolicy": {"policy": "noop"},
    }


def _store(database: str, connections: int, settings: NodeSettings) -> dict[str, object]:
    return {
        "pluginName": "postgres12",
        "databaseName": database,
        "connectAddr": f"{settings.database_address}:{POSTGRES_PORT}",
        "connectProtocol": "tcp",
        "user": USER,
        "password": settings.database_password,
        "maxConns": connections,
        "maxIdleConns": connections,
        "maxConnLifetime": "1h",
    }
