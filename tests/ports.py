"""Ports for servers that tests stop and start again."""

from __future__ import annotations

import random
import socket

#: Below the range from which systems take ports for outgoing connections: a client that tries to
#: come back to a stopped server on such a port can, by chance, take it itself.
_RANGE = range(15000, 32000)


def free_port() -> int:
    """A loopback port on which nothing listens."""
    while True:
        port = random.choice(_RANGE)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def is_taken(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
