"""The results of the tests by folder, from pytest's reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


@dataclass
class Results:
    """How many tests of each folder came to what."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    """The tests that failed."""
    skipped: Counter[str] = field(default_factory=Counter)
    """How many were left out for each reason."""

    def read(self, report: Path, folders: Iterable[str]) -> None:
        """Adds what a JUnit report has, sorted into `folders`. None is there after a crash."""
        if not report.exists():
            return
        for case in ElementTree.parse(report).iter("testcase"):
            module = case.get("classname", "").replace(".", "/")
            folder = next((one for one in folders if f"{module}/".startswith(f"{one}/")), module)
            outcome = _outcome({child.tag for child in case})
            self.counts.setdefault(folder, Counter())[outcome] += 1
            if outcome == "failed":
                self.wrong.append(f"{module}.py::{case.get('name')}")
            elif outcome == "skipped":
                self.skipped[(case.find("skipped") or case[0]).get("message", "")] += 1

    def lines(self) -> list[str]:
        """A table, and what failed or was left out."""
        head = f"{'':24}{'passed':>8}{'failed':>8}{'skipped':>9}"
        rows = [
            f"{folder:24}{found['passed']:8}{found['failed']:8}{found['skipped']:9}"
            for folder, found in self.counts.items()
        ]
        wrong = [f"FAILED {test}" for test in self.wrong]
        out = [f"LEFT OUT {number}: {reason}" for reason, number in self.skipped.items()]
        return [head, *rows, *wrong, *out]


def _outcome(found: set[str]) -> str:
    if found & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in found else "passed"
