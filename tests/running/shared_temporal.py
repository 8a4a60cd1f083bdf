"""The Temporal server of all processes that run tests, each of which has a namespace there.

A server of its own for each would take twice the processor time: it works when nobody calls it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from onthedot.embedded import ADDRESS, RAISED_LIMITS, SINGLE_SERVER, find_binary
from tests.ports import free_port


@contextmanager
def shared_temporal() -> Iterator[str]:
    """The address of a dev server in memory, which may not listen yet.

    It has the embedded server's settings.
    """
    port = free_port()
    limits = [f"--dynamic-config-value={name}={value}" for name, value in RAISED_LIMITS.items()]
    command = [
        # All processes wait for it, so it comes first, if this user may say so.
        *("nice", "-n", "-5"),
        str(find_binary()),
        "server",
        "start-dev",
        "--headless",
        f"--ip={ADDRESS}",
        f"--port={port}",
        "--log-level=never",
        *limits,
        *SINGLE_SERVER,
        # It would report each metric of each task queue every second, and has hundreds of queues.
        "--dynamic-config-value=metrics.breakdownByTaskQueue=false",
    ]
    server = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C is for pytest, which still needs the server for the end of its tests.
        start_new_session=True,
    )
    try:
        yield f"{ADDRESS}:{port}"
    finally:
        server.kill()
        server.wait()
