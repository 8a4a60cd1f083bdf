"""Reads what the receiver recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Arrivals:
    """How late the calls of one burst arrived, in seconds, in order; and which were lost or
    repeated."""

    late: tuple[float, ...]
    lost: int
    twice: int


def read(log: Path, names: Iterable[str], due: float) -> Arrivals:
    """The first arrivals of `names`, all due at `due` (seconds since the epoch), so far."""
    times: dict[str, list[float]] = defaultdict(list)
    text = log.read_text()
    for line in text[: text.rfind("\n") + 1].splitlines():
        at, _, name = line.partition(" ")
        times[name].append(float(at))
    wanted = list(names)
    first = sorted(min(times[name]) - due for name in wanted if name in times)
    return Arrivals(
        late=tuple(first),
        lost=len(wanted) - len(first),
        twice=sum(len(times.get(name, ())) > 1 for name in wanted),
    )
