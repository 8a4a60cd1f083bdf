"""What the machine and its processes have used, from Linux's `/proc`."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(process_id: int) -> float:
    """CPU time that a process has used, in user and system mode."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_bytes(process_id: int) -> int:
    """Memory that a process occupies now."""
    return int(Path(f"/proc/{process_id}/statm").read_text().split()[1]) * _PAGE


@dataclass(frozen=True)
class Share:
    """Who used the machine's CPU during a period: shares of all its cores, 0 to 1."""

    ours: float
    others: float
    """By processes that have nothing to do with the measurement."""
    stolen: float
    """Given to other machines by the host."""
    load: float
    """Load average over a minute, at the end."""


@dataclass(frozen=True)
class Snapshot:
    """The counters at one instant."""

    at: float
    busy: float
    stolen: float
    ours: float

    @classmethod
    def take(cls, ours: float) -> Snapshot:
        """Now; `ours` is the CPU time used so far by what is measured."""
        with Path("/proc/stat").open() as file:
            ticks = [int(field) / _TICKS for field in file.readline().split()[1:9]]
        user, nice, system, _, _, irq, softirq, stolen = ticks
        return cls(time.monotonic(), user + nice + system + irq + softirq, stolen, ours)

    def until(self, end: Snapshot) -> Share:
        """The shares between this snapshot and a later one."""
        whole = (end.at - self.at) * (os.cpu_count() or 1)
        ours = end.ours - self.ours
        return Share(
            ours=ours / whole,
            others=max(0.0, end.busy - self.busy - ours) / whole,
            stolen=(end.stolen - self.stolen) / whole,
            load=os.getloadavg()[0],
        )


def describe() -> str:
    """The machine in a few words."""
    models = {
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    }
    return f"{os.cpu_count()} cores, {', '.join(sorted(models)) or os.uname().machine}"
