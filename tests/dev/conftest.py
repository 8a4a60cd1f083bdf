"""Processes of `onthedot dev`."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

#: What `onthedot dev` promises for a stop, in seconds.
STOP_LIMIT = 5.0


@contextmanager
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield int(taken.getsockname()[1])
