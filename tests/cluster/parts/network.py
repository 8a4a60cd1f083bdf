"""A range of loopback addresses for one cluster alone, so that its ports are free."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass

POSTGRES_PORT = 5432
TEMPORAL_PORT = 7233
REST_PORT = 8080


@dataclass(frozen=True)
class Network:
    """256 addresses of 127.0.0.0/8, such as 127.38.201.x."""

    prefix: str

    @property
    def database(self) -> str:
        return f"{self.prefix}.1"

    @property
    def balancer(self) -> str:
        return f"{self.prefix}.2"

    @property
    def standby(self) -> str:
        return f"{self.prefix}.3"

    @property
    def side_door(self) -> str:
        return f"{self.prefix}.4"

    def node(self, number: int) -> str:
        """The address of a node of Temporal, from 1 on."""
        return f"{self.prefix}.{10 + number}"

    def server(self, number: int) -> str:
        """The address of a server of ours, from 1 on."""
        return f"{self.prefix}.{30 + number}"

    def worker(self, number: int) -> str:
        """The address of a worker's health and metrics, from 1 on."""
        return f"{self.prefix}.{60 + number}"

    @classmethod
    def free(cls) -> Network:
        """One that nobody uses."""
        while True:
            found = cls(f"127.{random.randint(1, 254)}.{random.randint(1, 254)}")
            if not accepts(found.database, POSTGRES_PORT):
                return found


def accepts(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
