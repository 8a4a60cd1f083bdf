"""Filters tasks with a query of Temporal's visibility."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from onthedot import naming
from onthedot.naming.queries import instant, literal, literals
from onthedot.scheduling.search import label, sought
from onthedot.scheduling.task import Health, TaskStatus

#: Text that all stores treat alike in `STARTS_WITH`.
_HARMLESS = re.compile(r"[\w .,:;/@#&+=-]+")

#: Tags that stores take literally for tasks of earlier releases.
_PLAIN_TAG = re.compile(r"[A-Za-z0-9._-]+")

#: The next character in every collation, including those that ignore punctuation.
_AFTER = dict(pairwise("012345678")) | dict(pairwise("abcdefghijklmnopqrstuvwxyz"))
_AFTER |= {"8": "9", "9": "a", "z": "\N{GREEK SMALL LETTER ALPHA}"}

_ONCE = f"{naming.KIND.name} = 'once'"
_NOT_ONCE = f"{naming.KIND.name} != 'once'"
_WAITS = f"ExecutionStatus = 'Running' AND {naming.STATUS.name} = 'scheduled'"
_FAILED_ONCE = f"({_ONCE} AND ExecutionStatus IN ('Failed', 'TimedOut'))"
_DONE_ONCE = f"({_ONCE} AND ExecutionStatus = 'Completed')"

#: The health of a one-time task that came due is its own end; that of others, what runs reported.
_RUNS_TELL = f"({_NOT_ONCE} OR ExecutionStatus IN ('Running', 'Canceled', 'Terminated'))"


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks to list; empty fields do not restrict."""

    kind: str | None = None
    status: TaskStatus | None = None
    health: Health | None = None
    tags: tuple[str, ...] = ()
    """All of them."""
    q: str | None = None
    """Words anywhere in name, id, description, tags and target, or the start of name or id."""

    @property
    def deleted(self) -> bool:
        """Whether it selects deleted tasks that are kept, which no other filter does."""
        return self.status is TaskStatus.DELETED

    @property
    def asks_for_runs(self) -> bool:
        """Whether the query depends on which tasks have a run in progress."""
        return self.status in (TaskStatus.RUNNING, TaskStatus.SCHEDULED)

    def query(self, now: datetime | None, running: Sequence[str] = ()) -> str:
        """The visibility query; without `now`, a text that only identifies the filter.

        Args:
            running: the tasks that have a run in progress, if `asks_for_runs`.
        """
        at = instant(now) if now else "now"
        parts = [
            f"WorkflowType = '{naming.TASK}'",
            # A task that continued as new during this walk keeps its old place in the walk.
            f"(ExecutionStatus != 'ContinuedAsNew' OR CloseTime > {at})",
        ]
        parts += self.described()
        if not self.deleted:
            parts.append(f"{naming.STATUS.name} != '{naming.State.DELETED}'")
        if self.status:
            parts.append(_status(self.status, at, running))
        if self.health:
            parts.append(_health(self.health))
        return " AND ".join(parts)

    def described(self) -> list[str]:
        """The conditions on a task's definition, without those on its state."""
        parts = [f"{naming.KIND.name} = {literal(self.kind)}"] if self.kind else []
        parts += [_tagged(tag) for tag in self.tags]
        if self.q and self.q.strip():
            parts.append(_found_by(self.q))
        return parts


def _tagged(tag: str) -> str:
    labelled = f"{naming.LABELS.name} = {literal(label(tag))}"
    if not _PLAIN_TAG.fullmatch(tag):
        return labelled
    earlier = f"({naming.WORDS.name} IS NULL AND {naming.TAGS.name} = {literal(tag)})"
    return f"({labelled} OR {earlier})"


def _found_by(q: str) -> str:
    words, more = naming.WORDS.name, naming.MORE_WORDS.name
    each = [f"({words} = {literal(word)} OR {more} = {literal(word)})" for word in sought(q)]
    ways = [" AND ".join(each)] if each else [f"{naming.TASK_ID.name} = ''"]
    if _HARMLESS.fullmatch(q):
        ways.append(_starts(naming.NAME.name, naming.sort_name(q)))
        # Ids are in lower case, and some stores are case-sensitive.
        ways.append(_starts(naming.TASK_ID.name, q.lower()))
    return "(" + " OR ".join(f"({way})" for way in ways) + ")"


def _starts(attribute: str, beginning: str) -> str:
    """The condition that a value begins with a text. PostgreSQL has no index for `STARTS_WITH`, and
    would read a million tasks for longer than a call may take; it can look up a range."""
    starts = f"{attribute} STARTS_WITH {literal(beginning)}"
    if (after := _AFTER.get(beginning[-1:])) is None:
        return starts
    end = literal(beginning[:-1] + after)
    return f"({attribute} >= {literal(beginning)} AND {attribute} < {end} AND {starts})"


def _status(status: TaskStatus, at: str, running: Sequence[str]) -> str:
    ids = literals(running)
    match status:
        case TaskStatus.PAUSED:
            return f"ExecutionStatus = 'Running' AND {naming.STATUS.name} = 'paused'"
        case TaskStatus.RUNNING:
            due = f"({_ONCE} AND {naming.DUE.name} <= {at})"
            busy = f"({due} OR {naming.TASK_ID.name} IN {ids})" if running else due
            return f"{_WAITS} AND {busy}"
        case TaskStatus.SCHEDULED:
            waits = f"{_WAITS} AND ({_NOT_ONCE} OR {naming.DUE.name} > {at})"
            return f"{waits} AND {naming.TASK_ID.name} NOT IN {ids}" if running else waits
        case TaskStatus.COMPLETED:
            return "ExecutionStatus = 'Completed'"
        case TaskStatus.FAILED:
            return "ExecutionStatus IN ('Failed', 'TimedOut')"
        case TaskStatus.CANCELLED:
            return "ExecutionStatus IN ('Canceled', 'Terminated')"
        case TaskStatus.DELETED:
            return f"{naming.STATUS.name} = '{naming.State.DELETED}'"


def _health(health: Health) -> str:
    match health:
        case Health.HEALTHY:
            return f"({_DONE_ONCE} OR ({_RUNS_TELL} AND {naming.HEALTH.name} = 'healthy'))"
        case Health.FAILING:
            return f"({_FAILED_ONCE} OR ({_RUNS_TELL} AND {naming.HEALTH.name} = 'failing'))"
        case Health.NEVER_RAN:
            return f"({_RUNS_TELL} AND {naming.HEALTH.name} IS NULL)"
