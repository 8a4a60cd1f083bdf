"""Collects tasks and notes while a source is read, and refuses what a server would refuse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter, ValidationError

from onthedot.importing.clocks.nights import NightRule, differences, in_words
from onthedot.importing.imported import Difference, Imported, Note, NoteKind
from onthedot.scheduling.checking.registration import settle
from onthedot.scheduling.checking.trigger import settle_trigger
from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.firing.occurrences import next_occurrences
from onthedot.scheduling.firing.zones import zone_named
from onthedot.scheduling.task import NewTask, TaskDefinition
from onthedot.scheduling.trigger import CronTrigger, Trigger

#: The time limit of a run if the original has none.
NO_LIMIT = timedelta(days=1)
#: How late a run may start if the original drops missed runs.
NO_CATCHUP = timedelta(minutes=1)
#: How many occurrences are compared to find their shortest distance.
_SAMPLE = 60
_TRIGGER: TypeAdapter[Trigger] = TypeAdapter(Trigger)


class Collector:
    """The tasks and notes of one file."""

    def __init__(self, *, name: str, at: datetime, timezone: str | None) -> None:
        if timezone is not None:
            zone_named(timezone)
        self.name = name
        self.at = at
        self._timezone = timezone
        self._tasks: dict[str, NewTask] = {}
        self._notes: list[Note] = []
        self._differences: list[Difference] = []

    def lost(self, line: int, text: str, task: str = "") -> None:
        """Notes something that has no counterpart here."""
        self._note(line, NoteKind.LOST, text, task)

    def changed(self, line: int, text: str, task: str = "") -> None:
        """Notes something that has another meaning here."""
        self._note(line, NoteKind.CHANGED, text, task)

    def check(self, line: int, text: str, task: str = "") -> None:
        """Notes an assumption."""
        self._note(line, NoteKind.CHECK, text, task)

    def zone(self, line: int, machine: str) -> str:
        """The zone of a definition without one; `machine` decides it in the original."""
        if self._timezone is not None:
            return self._timezone
        self.check(line, f"No time zone is given: {machine} decides there; UTC is used here.")
        return "UTC"

    def entry(self, wanted: str) -> Entry:
        """A part of the file that becomes tasks, with an id made from some text."""
        return Entry(self, self.free_id(wanted))

    def free_id(self, wanted: str) -> str:
        """An id made from some text that no task of this file has yet."""
        base = re.sub(r"[^a-z0-9._-]+", "-", wanted.lower()).lstrip("._-").rstrip("-")[:120]
        base = base or "task"
        found, count = base, 1
        while found in self._tasks:
            count += 1
            found = f"{base}-{count}"
        return found

    def distance(self, fields: Mapping[str, Any], key: str) -> timedelta:
        """The shortest distance between a trigger's next occurrences: within it only the last one
        is missed. A day for an invalid trigger, which `add` reports.
        """
        try:
            trigger = settle_trigger(
                _TRIGGER.validate_python(fields), now=self.at, catchup_window=NO_LIMIT, key=key
            )
        except (ValidationError, InvalidDefinition):
            return NO_LIMIT
        coming = next_occurrences(trigger, after=self.at, count=_SAMPLE, key=key)
        return min((b - a for a, b in pairwise(coming)), default=NO_LIMIT)

    def add(
        self, line: int, task_id: str, fields: Mapping[str, Any], rule: NightRule | None = None
    ) -> bool:
        """Adds a task if a server would accept it, and notes the nights on which `rule` differs."""
        try:
            task = NewTask(
                **{
                    "id": task_id,
                    "description": f"Imported from {self.name}, line {line}.",
                    **fields,
                }
            )
            settle(TaskDefinition.part_of(task), task_id=task_id, now=self.at)
        except ValidationError as error:
            for problem in error.errors():
                where = ".".join(str(part) for part in problem["loc"])
                self.lost(line, f"Not imported: {where}: {problem['msg']}.", task_id)
            return False
        except InvalidDefinition as error:
            for found in error.problems:
                self.lost(line, f"Not imported: {found.field}: {found.message}", task_id)
            return False
        self._tasks[task_id] = task
        if rule is not None and isinstance(task.trigger, CronTrigger):
            found_here = differences(task.trigger, task_id, rule, self.at)
            self._differences += found_here
            if found_here:
                self.changed(
                    line, in_words(found_here, task.trigger.timezone, rule.original), task_id
                )
        return True

    def differs(self, found: Iterable[Difference]) -> None:
        """Adds instants on which a task and its original differ."""
        self._differences += found

    def task(self, task_id: str) -> NewTask:
        """A task that was added."""
        return self._tasks[task_id]

    def imported(self) -> Imported:
        """Everything that was collected, with notes in the order of lines."""
        return Imported(
            name=self.name,
            tasks=tuple(self._tasks.values()),
            notes=tuple(sorted(self._notes, key=lambda note: note.line)),
            differences=tuple(self._differences),
        )

    def _note(self, line: int, kind: NoteKind, text: str, task: str) -> None:
        note = Note(line, kind, text, task)
        if note not in self._notes:
            self._notes.append(note)


@dataclass(frozen=True)
class Entry:
    """One entry of a file, with the id that its notes name. If it becomes several tasks, their ids
    may have a number after it."""

    found: Collector
    id: str

    def lost(self, line: int, text: str) -> None:
        """Notes something that has no counterpart here."""
        self.found.lost(line, text, self.id)

    def changed(self, line: int, text: str) -> None:
        """Notes something that has another meaning here."""
        self.found.changed(line, text, self.id)

    def check(self, line: int, text: str) -> None:
        """Notes an assumption."""
        self.found.check(line, text, self.id)
