"""Groups failed runs by their cause.

1. Errors with the same type and the same message pattern have one cause.
2. For each type, the causes with the most runs are separate groups. All rarer ones are one group,
   so that an error whose message always differs does not fill the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from onthedot.scheduling.incidents.cause import digest, pattern
from onthedot.scheduling.incidents.incident import FailureCause, Incident, TaskName
from onthedot.scheduling.run import RunError, RunStatus, ShortRun

#: How many causes of one type are separate groups.
MOST_OF_A_TYPE = 20

#: How many tasks of a group are named.
MOST_TASKS = 1000

#: For how many of a group's tasks, those that failed last, the current health is looked up.
WITNESSES = 20

_NOTHING_SAID = RunError(type="Failed", message="")


@dataclass
class Group:
    """The runs of one cause."""

    type: str
    pattern: str | None
    """None for the group of rare causes."""
    message: str = ""
    same: bool = True
    """Whether all messages are identical."""
    runs: int = 0
    never_began: int = 0
    tasks: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """When each task last failed for this cause, and its name."""
    first_at: datetime | None = None
    last_at: datetime | None = None

    def add(self, run: ShortRun, message: str) -> None:
        """Count one more run."""
        self.same = self.same and (not self.runs or message == self.message)
        self.message = self.message if self.runs else message
        self.runs += 1
        self.never_began += never_began(run)
        self._reach(run.scheduled_for)
        ended = run.finished_at or run.scheduled_for
        known = self.tasks.get(run.task_id)
        if known is None or known[0] < ended:
            self.tasks[run.task_id] = (ended, run.task_name or run.task_id)

    def take_in(self, other: Group) -> None:
        """Add all runs of another group."""
        self.runs += other.runs
        self.never_began += other.never_began
        for at in (other.first_at, other.last_at):
            if at is not None:
                self._reach(at)
        for task_id, (ended, name) in other.tasks.items():
            known = self.tasks.get(task_id)
            if known is None or known[0] < ended:
                self.tasks[task_id] = (ended, name)

    def latest(self) -> list[str]:
        """Its tasks, most recently failed first."""
        return sorted(self.tasks, key=lambda task_id: (self.tasks[task_id][0], task_id))[::-1]

    def _reach(self, at: datetime) -> None:
        self.first_at = min(self.first_at or at, at)
        self.last_at = max(self.last_at or at, at)


def never_began(run: ShortRun) -> bool:
    """Whether no worker picked it up before its deadline."""
    kind = run.error.type if run.error else ""
    return run.status is RunStatus.TIMED_OUT and kind == "DeadlineExceeded" and not run.attempts


def grouped(runs: Iterable[ShortRun]) -> list[Group]:
    """The groups of runs that failed or timed out, largest first."""
    found: dict[tuple[str, str], Group] = {}
    for run in runs:
        error = run.error or _NOTHING_SAID
        like = pattern(error.message)
        key = (error.type, like)
        if key not in found:
            found[key] = Group(error.type, like)
        found[key].add(run, error.message)
    by_type: dict[str, list[Group]] = defaultdict(list)
    for group in sorted(found.values(), key=lambda group: -group.runs):
        by_type[group.type].append(group)
    kept = []
    for kind, groups in by_type.items():
        kept += groups[:MOST_OF_A_TYPE]
        if rare := groups[MOST_OF_A_TYPE:]:
            others = Group(kind, None)
            for group in rare:
                others.take_in(group)
            kept.append(others)
    return sorted(kept, key=lambda group: -group.runs)


def last_failures(groups: Iterable[Group]) -> dict[str, datetime]:
    """When each task last failed, whatever the cause."""
    found: dict[str, datetime] = {}
    for group in groups:
        for task_id, (ended, _) in group.tasks.items():
            found[task_id] = max(found.get(task_id, ended), ended)
    return found


def incident(group: Group, failing: Mapping[str, bool], last: Mapping[str, datetime]) -> Incident:
    """A group as a response.

    Args:
        failing: for the tasks that were looked up, whether their last run failed.
        last: when each task last failed, whatever the cause.
    """
    assert group.first_at is not None
    assert group.last_at is not None
    tasks = group.latest()
    message = "" if group.pattern is None else group.message if group.same else group.pattern
    return Incident(
        cause=FailureCause(
            type=group.type,
            message=message,
            id="" if group.pattern is None else digest(group.type, group.pattern),
        ),
        tasks=tuple(
            TaskName(id=task_id, name=group.tasks[task_id][1]) for task_id in tasks[:MOST_TASKS]
        ),
        task_count=len(tasks),
        runs=group.runs,
        never_began=group.never_began,
        first_at=group.first_at,
        last_at=group.last_at,
        ongoing=any(
            failing.get(task_id, False) and group.tasks[task_id][0] == last[task_id]
            for task_id in tasks[:WITNESSES]
        ),
    )
