"""haproxy in front of Temporal's nodes and of our servers: one address for each."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from tests.cluster.parts.bound_process import bound_to_parent
from tests.cluster.parts.network import POSTGRES_PORT, REST_PORT, TEMPORAL_PORT, Network, accepts
from tests.faults.part import Part

_PASSING_ON = """\
defaults
  mode tcp
  timeout connect 2s
  timeout client 10m
  timeout server 10m

listen temporal
  bind {own}:{port}
  server temporal {balancer}:{port}
"""

#: The standby is asked only once the primary is gone.
_DATABASE = """\
listen postgresql
  bind {balancer}:{port}
  server primary {primary}:{port}
  server standby {standby}:{port} backup
"""

_TEMPLATE = """\
defaults
  mode tcp
  balance leastconn
  timeout connect 2s
  timeout client 10m
  timeout server 10m
  option redispatch
  default-server check inter 1s fall 2 rise 1 on-marked-down shutdown-sessions

listen temporal
  bind {balancer}:{temporal_port}
{nodes}

{database}
listen rest
  mode http
  bind {balancer}:{rest_port}
  option httpchk
  # Without a token only loopback may call, and a request has to say whom it means.
  http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host {balancer}
{servers}
"""


class Balancer(Part):
    """It passes calls on to whoever is up; it looks every second."""

    def __init__(
        self,
        haproxy: Path,
        directory: Path,
        network: Network,
        nodes: int,
        servers: int,
        standby: bool,
    ) -> None:
        config = directory / "haproxy.cfg"
        config.write_text(
            _TEMPLATE.format(
                balancer=network.balancer,
                temporal_port=TEMPORAL_PORT,
                rest_port=REST_PORT,
                nodes=_lines("node", [network.node(n + 1) for n in range(nodes)], TEMPORAL_PORT),
                database=_DATABASE.format(
                    balancer=network.balancer,
                    port=POSTGRES_PORT,
                    primary=network.database,
                    standby=network.standby,
                )
                if standby
                else "",
                servers=_lines(
                    "server", [network.server(n + 1) for n in range(servers)], REST_PORT
                ),
            )
        )
        super().__init__(
            "haproxy",
            bound_to_parent([str(haproxy), "-db", "-f", str(config)]),
            dict(os.environ),
            directory / "haproxy.log",
            partial(accepts, network.balancer, TEMPORAL_PORT),
        )


class SideDoor(Part):
    """Another way to the balancer. Frozen, it takes everything and passes nothing on."""

    def __init__(self, haproxy: Path, directory: Path, network: Network) -> None:
        own = network.side_door
        config = directory / "side-door.cfg"
        config.write_text(
            _PASSING_ON.format(own=own, port=TEMPORAL_PORT, balancer=network.balancer)
        )
        self.address = f"{own}:{TEMPORAL_PORT}"
        super().__init__(
            "side door",
            bound_to_parent([str(haproxy), "-db", "-f", str(config)]),
            dict(os.environ),
            directory / "side-door.log",
            partial(accepts, own, TEMPORAL_PORT),
        )


def _lines(name: str, addresses: list[str], port: int) -> str:
    return "\n".join(
        f"  server {name}{number} {address}:{port}" for number, address in enumerate(addresses, 1)
    )
