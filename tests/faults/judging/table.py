"""The fault table: how often each fault was tried, and the result."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

import pytest

from tests.faults.judging.verdict import Verdict

#: Beside what a build makes; not kept in the repository.
_BUILD = Path(__file__).parents[3] / "build"
_HEAD = (
    "fault",
    "tried",
    "occurrences",
    "lost",
    "run twice",
    "half registered",
    "attempts repeated",
    "refused (slowest)",
    "latest",
    "recovered in, median",
    "max",
)


@dataclass
class Row:
    """One kind of fault, over all its trials. Times in seconds."""

    fault: str
    tried: int = 0
    occurrences: int = 0
    lost: int = 0
    run_twice: int = 0
    half_registered: int = 0
    attempts_repeated: int = 0
    refused: int = 0
    slowest_refusal: float = 0.0
    latest: float = 0.0
    recovered: list[float] = field(default_factory=list)

    def cells(self) -> tuple[str, ...]:
        return (
            self.fault,
            str(self.tried),
            str(self.occurrences),
            str(self.lost),
            str(self.run_twice),
            str(self.half_registered),
            str(self.attempts_repeated),
            f"{self.refused} ({self.slowest_refusal:.1f} s)" if self.refused else "0",
            f"{self.latest:.1f} s",
            f"{median(self.recovered):.1f} s" if self.recovered else "",
            f"{max(self.recovered):.1f} s" if self.recovered else "",
        )


class FaultTable:
    """All rows, in the order in which the faults were first tried.

    Args:
        title: the table's title.
        file: the name of the file in `build/` to write.
    """

    def __init__(self, title: str, file: str) -> None:
        self._title = title
        self._file = _BUILD / file
        self.rows: dict[str, Row] = {}

    def note(self, fault: str, verdict: Verdict) -> None:
        """Adds one trial, and fails the test if anything went wrong in it."""
        row = self.rows.setdefault(fault, Row(fault))
        row.tried += 1
        row.occurrences += verdict.occurrences
        row.lost += len(verdict.lost)
        row.run_twice += len(verdict.twice)
        row.half_registered += len(verdict.half_registered)
        row.attempts_repeated += verdict.repeated
        row.refused += verdict.refused
        row.slowest_refusal = max(row.slowest_refusal, verdict.slowest_refusal)
        row.latest = max(row.latest, verdict.latest)
        row.recovered.append(verdict.recovered)
        verdict.require_nothing_wrong()

    def lines(self) -> list[str]:
        """The table as Markdown, to be copied into the documentation."""
        rows = [_HEAD, ("---",) * len(_HEAD), *(row.cells() for row in self.rows.values())]
        return [f"| {' | '.join(row)} |" for row in rows]

    def report(self, terminal: pytest.TerminalReporter) -> None:
        """Prints and writes the table, if anything was tried."""
        if not self.rows:
            return
        terminal.section(self._title)
        for line in self.lines():
            terminal.write_line(line)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        rows = [asdict(row) for row in self.rows.values()]
        self._file.write_text(json.dumps(rows, indent=2) + "\n")
        terminal.write_line(f"written to {self._file}")
