"""Instants of imported tasks compared with those of the original, over two years."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from onthedot.importing.clocks.nights import HORIZON
from onthedot.importing.imported import Imported, Source
from onthedot.importing.read import read
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.task import NewTask

AT = datetime(2026, 11, 25, tzinfo=UTC)
UNTIL = AT + HORIZON

#: Every kind of clock change, and none.
ZONES = (
    "Europe/Rome", "America/New_York", "Australia/Sydney", "America/Santiago", "Africa/Cairo",
    "Asia/Kolkata", "UTC",
)  # fmt: skip
#: Clocks are moved by half an hour here.
HALF_HOUR = "Australia/Lord_Howe"


def imported(source: Source, text: str, *, name: str = "source") -> Imported:
    """The imported tasks of a text, as of the same instant in every test."""
    return read(source, text, name=name, at=AT)


def ours(task: NewTask) -> set[datetime]:
    """When a task is due in the two years, without jitter."""
    due = occurrences(task.trigger, after=AT, key=task.id or "")
    return set(takewhile(lambda at: at <= UNTIL, due))


def as_original(found: Imported, tasks: Iterable[NewTask]) -> set[datetime]:
    """When the original fires, if the notes name every instant that differs."""
    tasks = list(tasks)
    ids = {task.id for task in tasks}
    here = {d.at for d in found.differences if d.task in ids and d.here}
    there = {d.at for d in found.differences if d.task in ids and not d.here}
    union = {at for task in tasks for at in ours(task)}
    assert here <= union, "a difference is named that is none"
    assert not there & union, "a difference is named that is none"
    return (union - here) | there


def digest(times: Iterable[datetime]) -> str:
    """A short name for a set of instants."""
    text = "\n".join(str(int(at.timestamp())) for at in sorted(times))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass
class Tally:
    """Counts what was compared, and collects differences without a note."""

    source: str
    cases: int = 0
    instants: int = 0
    named: int = 0
    unnamed: list[str] = field(default_factory=list)

    def compare(
        self, case: str, found: Imported, tasks: Sequence[NewTask], theirs: set[datetime]
    ) -> None:
        """Adds one case."""
        expected = as_original(found, tasks)
        ids = {task.id for task in tasks}
        self.cases += 1
        self.instants += len(theirs)
        self.named += sum(d.task in ids for d in found.differences)
        if expected != theirs:
            self.unnamed.append(
                f"{case}: not there {sorted(expected - theirs)[:3]}, "
                f"not here {sorted(theirs - expected)[:3]}"
            )

    def compare_digest(
        self, case: Mapping[str, Any], found: Imported, instants: set[datetime]
    ) -> None:
        """Adds one case of a table, which has how many instants there are, and their digest."""
        self.cases += 1
        self.instants += case["count"]
        self.named += len(found.differences)
        if (len(instants), digest(instants)) != (case["count"], case["digest"]):
            self.unnamed.append(
                f"{case['expression']} {case['zone']}: {len(instants)}, not {case['count']}"
            )

    def close(self) -> None:
        """Prints the counts. Raises AssertionError if a difference has no note."""
        print(
            f"\n{self.source}: {self.cases} cases, {self.instants} instants, "
            f"{self.named} differences named, {len(self.unnamed)} cases with others"
        )
        assert self.unnamed == []
