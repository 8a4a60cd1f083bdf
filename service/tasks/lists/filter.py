"""Which tasks a list shows, as a query of Temporal's visibility."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from onthedot import naming
from onthedot.scheduling.search import label, sought
from onthedot.scheduling.task import Health, TaskStatus
from onthedot.service.temporal.paging import instant, literal

#: What stores take alike at the start of a text.
_HARMLESS = re.compile(r"[\w .,:;/@#&+=-]+")

#: Tags that the store of an earlier release's task takes literally.
_PLAIN_TAG = re.compile(r"[A-Za-z0-9._-]+")

#: What follows on a character in every collation, those that pay no heed to punctuation included.
_AFTER = dict(pairwise("012345678")) | dict(pairwise("abcdefghijklmnopqrstuvwxyz"))
_AFTER |= {"8": "9", "9": "a", "z": "\N{GREEK SMALL LETTER ALPHA}"}

_ONCE = f"{naming.KIND.name} = 'once'"
_NOT_ONCE = f"{naming.KIND.name} != 'once'"
_WAITS = f"ExecutionStatus = 'Running' AND {naming.STATUS.name} = 'scheduled'"
_FAILED_ONCE = f"({_ONCE} AND ExecutionStatus IN ('Failed', 'TimedOut'))"
_DONE_ONCE = f"({_ONCE} AND ExecutionStatus = 'Completed')"

#: Of a one-time task that came due its own end tells how it is, of others what their runs said.
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
        """Whether it asks for what was deleted and is kept: nothing else lets that through."""
        return self.status is TaskStatus.DELETED

    @property
    def asks_for_runs(self) -> bool:
        """Whether the query depends on which tasks have a run in progress."""
        return self.status in (TaskStatus.RUNNING, TaskStatus.SCHEDULED)

    def query(self, now: datetime | None, running: Sequence[str] = ()) -> str:
        """The visibility query; without `now`, a text that only tells filters apart.

        Args:
            running: the tasks that have a run in progress, where that is asked for.
        """
        at = instant(now) if now else "now"
        parts = [
            f"WorkflowType = '{naming.TASK}'",
            # One that went on as a new execution during this walk has left its place in it.
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
        """The part that asks for what a task is, and not for how it stands."""
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
        # An id has no capitals; a store that compares with case would find nothing.
        ways.append(_starts(naming.TASK_ID.name, q.lower()))
    return "(" + " OR ".join(f"({way})" for way in ways) + ")"


def _starts(attribute: str, beginning: str) -> str:
    """That a value begins so. PostgreSQL has no index for that, and reads all tasks: with a million
    of them for longer than a call may take. A range it looks up, and it is what keeps the whole
    search in indexes."""
    starts = f"{attribute} STARTS_WITH {literal(beginning)}"
    if (after := _AFTER.get(beginning[-1:])) is None:
        return starts
    end = literal(beginning[:-1] + after)
    return f"({attribute} >= {literal(beginning)} AND {attribute} < {end} AND {starts})"


def _status(status: TaskStatus, at: str, running: Sequence[str]) -> str:
    ids = ", ".join(map(literal, running))
    match status:
        case TaskStatus.PAUSED:
            return f"ExecutionStatus = 'Running' AND {naming.STATUS.name} = 'paused'"
        case TaskStatus.RUNNING:
            due = f"({_ONCE} AND {naming.DUE.name} <= {at})"
            busy = f"({due} OR {naming.TASK_ID.name} IN ({ids}))" if ids else due
            return f"{_WAITS} AND {busy}"
        case TaskStatus.SCHEDULED:
            waits = f"{_WAITS} AND ({_NOT_ONCE} OR {naming.DUE.name} > {at})"
            return f"{waits} AND {naming.TASK_ID.name} NOT IN ({ids})" if ids else waits
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
