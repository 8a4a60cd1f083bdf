"""What one call of the benchmarks measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ONCE, RECURRING, WAITING = "once", "recurring", "waiting"
SCENARIOS = (ONCE, RECURRING, WAITING)

#: Of the waiting tasks at which `--full` looks as well.
MANY = 100_000


@dataclass(frozen=True)
class Plan:
    """How much of what."""

    pairs: int = 5
    scenarios: tuple[str, ...] = SCENARIOS
    burst: int = 500
    """One-time tasks in one second."""
    levels: tuple[int, ...] = (10_000,)
    """Numbers of waiting tasks. Measured in one pair only: filling takes long."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings that differ from their defaults, on either side as far as it has them."""

    encryption: bool = False
    """Compare what seals all that Temporal gets with what seals nothing, instead of with bare
    Temporal."""

    @property
    def columns(self) -> tuple[str, str]:
        """What the two sides are called."""
        return ("encrypted", "plain") if self.encryption else ("On the Dot", "bare")

    @property
    def recurring(self) -> int:
        """Recurring tasks in one second: two fifths of the one-time ones."""
        return max(1, self.burst * 2 // 5)

    @property
    def probes(self) -> int:
        """Registrations of one-time tasks by which the rate is measured: so many that what follows
        a registration has its share of the machine meanwhile."""
        return 2 * self.burst
