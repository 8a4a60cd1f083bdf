"""A worker as a process, without a server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.command_line import COMMAND, environment
from tests.faults.part import Part, answers
from tests.ports import free_port


def start_worker(directory: Path, settings: Mapping[str, str], *, forked: bool = True) -> Part:
    """One with these settings, whose log is in `directory`. Does not wait for it.

    Args:
        forked: from a process with its modules loaded, which has its own zone database too.
    """
    port = free_port()
    command = ["worker"] if forked else [*COMMAND, "worker"]
    worker = Part(
        "worker",
        command,
        environment({**settings, "ONTHEDOT_METRICS_PORT": str(port)}),
        directory / "worker.log",
        answers(f"http://127.0.0.1:{port}/readyz"),
        is_ours=forked,
    )
    worker.start()
    return worker
