"""The CPU time that the parts of a deployment use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.deployment import Deployment
from tests.faults.part import Part
from tests.process_tree import descendants

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds a run, and what all use beside, in seconds of CPU a second."""

    nodes: int
    workers: int
    kind: str
    temporal: float
    database: float
    worker: float
    server: float
    idle: float

    @property
    def total(self) -> float:
        return self.temporal + self.database + self.worker + self.server

    def line(self) -> str:
        """A row of a Markdown table."""
        parts = (self.total, self.temporal, self.database, self.worker, self.server)
        figures = " | ".join(f"{part:.1f}" for part in parts)
        return f"| {self.kind} | {self.nodes} | {self.workers} | {figures} | {self.idle:.1%} |"


@dataclass(frozen=True)
class Registrations:
    """How tasks were sent, how many a second, and the CPU milliseconds of each."""

    way: str
    rate: float
    total: float
    server: float

    def line(self) -> str:
        """As people read it."""
        return (
            f"registered {self.way}: {self.rate:.0f} a second, "
            f"{self.total:.1f} ms each, {self.server:.2f} ms of it the server"
        )


HEAD = (
    "| a run | nodes | workers | CPU ms | of it Temporal | PostgreSQL | workers | server | idle |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


class Meter:
    """CPU seconds that the parts of a deployment have used so far."""

    def __init__(self, deployment: Deployment) -> None:
        cluster = deployment.cluster
        self._parts: dict[str, list[Part]] = {
            "temporal": [part for node in cluster.nodes for part in node.parts.values()],
            "database": [cluster.database],
            "worker": deployment.workers,
            "server": deployment.servers,
        }

    def read(self) -> dict[str, float]:
        """By kind of process."""
        return {
            kind: sum(_cpu_seconds(part.process_id) for part in parts)
            for kind, parts in self._parts.items()
        }


def _cpu_seconds(process_id: int) -> float:
    """Of a process, of those that it has started, and of those of them that have ended."""
    total = 0
    for each in (process_id, *descendants(process_id)):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(") ")[2].split()
        except FileNotFoundError:
            continue
        total += sum(int(fields[place]) for place in (11, 12, 13, 14))
    return total / _TICKS
