"""The plan of an apply: one step per task, computed before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from onthedot.applying.concise import as_kept, digest
from onthedot.applying.files import READ_ONLY, FileTask
from onthedot.applying.instants import InstantChanges
from onthedot.applying.problems import FileProblem
from onthedot.scheduling.checking.registration import settle
from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.revisions.differences import FieldChange, changes
from onthedot.scheduling.task import Task, TaskDefinition
from onthedot.scheduling.trigger import OnceTrigger

#: The prefix of a set's tag, before the name of the set.
SET = "set:"


class StepKind(StrEnum):
    """What to do with a task."""

    CREATE = "create"
    CHANGE = "change"
    #: It would change, but someone else changed it since it was applied.
    CONFLICT = "conflict"
    DELETE = "delete"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Wanted:
    """A task as a file defines it."""

    task_id: str
    source: FileTask
    set_name: str | None

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, and that of the set."""
        own = self.source.task.tags
        mark = SET + self.set_name if self.set_name else None
        return own if mark is None or mark in own else (*own, mark)

    def definition(self, current: TaskDefinition | None) -> TaskDefinition:
        """The definition as a server would store it. If the file does not set a pause, it stays."""
        kept = as_kept(self.source.task, self.task_id).model_copy(update={"tags": self.tags})
        if current is not None and not self.source.names("paused"):
            kept = kept.model_copy(update={"paused": current.paused})
        return kept.model_copy(update={"applied": digest(kept, self.task_id)})

    def body(self) -> dict[str, Any]:
        """The body to send: the file's content and the digest."""
        written = self.source.source.value
        sent = {k: v for k, v in written.items() if k not in READ_ONLY and k != "id"}
        return sent | {
            "tags": list(self.tags),
            "applied": digest(self.definition(None), self.task_id),
        }


@dataclass(frozen=True)
class Step:
    """One task, and what to do with it."""

    kind: StepKind
    task_id: str
    wanted: Wanted | None = None
    before: Task | None = None
    changes: tuple[FieldChange, ...] = ()
    instants: InstantChanges | None = None

    @property
    def after(self) -> TaskDefinition | None:
        """The definition after the step."""
        return self.wanted.definition(self.before) if self.wanted else None

    def with_instants(self, instants: InstantChanges | None) -> Step:
        """The same step with its effect on upcoming runs."""
        return replace(self, instants=instants)


def same(wanted: Wanted, current: Task) -> bool:
    """Whether a task already matches its file."""
    return not current.abridged and not _changes(wanted, current)


def step(wanted: Wanted, current: Task | None, *, force: bool) -> Step:
    """What to do with a task of a file."""
    if current is None:
        return Step(StepKind.CREATE, wanted.task_id, wanted)
    found = tuple(_changes(wanted, current))
    if not found:
        return Step(StepKind.UNCHANGED, wanted.task_id, wanted, current)
    by_hand = current.applied != digest(current, current.id)
    kind = StepKind.CONFLICT if by_hand and not force else StepKind.CHANGE
    return Step(kind, wanted.task_id, wanted, current, found)


def problems(steps: Sequence[Step], now: datetime) -> list[FileProblem]:
    """The problems for which a server would refuse the steps."""
    found: list[FileProblem] = []
    for one in steps:
        if one.wanted is None or one.kind is StepKind.UNCHANGED:
            continue
        after = one.wanted.definition(one.before)
        try:
            settle(after, task_id=one.task_id, now=now)
        except InvalidDefinition as error:
            found += [one.wanted.source.wrong(p.field, p.message) for p in error.problems]
    return found


def form_problems(tasks: Sequence[FileTask]) -> list[FileProblem]:
    """The problems that rule out an apply, whatever the server has."""
    found: list[FileProblem] = []
    seen: dict[str, FileTask] = {}
    for one in tasks:
        task_id = one.task.id
        trigger = one.task.trigger
        if task_id is None:
            found.append(one.wrong("id", "is required: it says which task of the server is meant"))
        elif task_id in seen:
            first = seen[task_id]
            where = f"{first.file}:{first.source.line}"
            found.append(one.wrong("id", f"{task_id} is at {where} as well; keep one of them"))
        else:
            seen[task_id] = one
        if isinstance(trigger, OnceTrigger) and trigger.delay is not None:
            message = "would start again each time: give the instant with `at`"
            found.append(one.wrong("trigger.delay", message))
    return found


def _changes(wanted: Wanted, current: Task) -> list[FieldChange]:
    after = wanted.definition(current)
    return [found for found in changes(current, after) if found.path != "applied"]
