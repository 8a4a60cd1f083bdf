"""What one run of the benchmarks measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ONCE, RECURRING, WAITING = "once", "recurring", "waiting"
SCENARIOS = (ONCE, RECURRING, WAITING)

#: The number of waiting tasks that `--full` adds.
MANY = 100_000


@dataclass(frozen=True)
class Plan:
    """How much of each scenario to run."""

    pairs: int = 5
    scenarios: tuple[str, ...] = SCENARIOS
    burst: int = 500
    """One-time tasks in one second."""
    levels: tuple[int, ...] = (10_000,)
    """Numbers of waiting tasks. Measured in one pair only: filling takes long."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings that differ from their defaults, for each side that has them."""

    encryption: bool = False
    """Compare encryption with no encryption, instead of On the Dot with bare Temporal."""

    @property
    def columns(self) -> tuple[str, str]:
        """The headings of the two sides."""
        return ("encrypted", "plain") if self.encryption else ("On the Dot", "bare")

    @property
    def recurring(self) -> int:
        """Recurring tasks in one second: two fifths of the number of one-time ones."""
        return max(1, self.burst * 2 // 5)

    @property
    def probes(self) -> int:
        """One-time registrations to measure the rate with: enough that the work after a
        registration takes its share of the machine meanwhile."""
        return 2 * self.burst
