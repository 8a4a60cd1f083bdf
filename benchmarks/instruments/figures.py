"""Measured figures of one side in one round, and the summary of several rounds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Figures(dict[str, float]):
    """Figures by name."""

    def add_cpu(self, what: str, used: Mapping[str, float], *, per: int) -> None:
        """Adds CPU milliseconds for one of `per`: of each process, and of all of them."""
        for name, seconds in used.items():
            self[f"cpu_ms_a_{what}_{name}"] = 1000 * seconds / per
        self[f"cpu_ms_a_{what}"] = 1000 * sum(used.values()) / per


@dataclass(frozen=True)
class Pair:
    """One figure on both sides over all pairs: medians, and the ratio's median, least and most."""

    ours: float | None
    bare: float | None
    ratio: float | None
    least: float | None
    most: float | None
    pairs: int

    @classmethod
    def of(cls, figure: str, ours: Sequence[Figures], bare: Sequence[Figures]) -> Pair:
        """`ours` and `bare` in the order of the pairs."""
        ratios = [
            mine[figure] / other[figure]
            for mine, other in zip(ours, bare, strict=True)
            if figure in mine and other.get(figure)
        ]
        return cls(
            ours=_median([each[figure] for each in ours if figure in each]),
            bare=_median([each[figure] for each in bare if figure in each]),
            ratio=_median(ratios),
            least=min(ratios, default=None),
            most=max(ratios, default=None),
            pairs=len(ratios),
        )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of the (sorted) values do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None
