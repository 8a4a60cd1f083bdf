"""The result of an import: tasks, notes on lines of the source, and instants that differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from onthedot.scheduling.task import NewTask


class Source(StrEnum):
    """A scheduler whose definitions can be read."""

    #: `crontab -l`, /etc/crontab and /etc/cron.d, as Debian's cron and cronie read them.
    CRONTAB = "crontab"
    #: CronJob manifests in YAML or JSON, such as from `kubectl get cronjobs -o yaml`.
    KUBERNETES = "kubernetes"
    #: The output of `temporal schedule describe -o json` or of `temporal.fetch`.
    TEMPORAL = "temporal"
    #: Python files that define DAGs: only the schedule.
    AIRFLOW = "airflow"
    #: What BullMQ's `getJobSchedulers()` and `getDelayed()` return, as JSON.
    BULLMQ = "bullmq"
    #: Timer units.
    SYSTEMD = "systemd"


class NoteKind(StrEnum):
    """The result of a line."""

    #: It has no counterpart here, or cannot be read: it is not in the tasks.
    LOST = "lost"
    #: It is in a task, with a slightly different meaning.
    CHANGED = "changed"
    #: It was imported on an assumption that someone should confirm.
    CHECK = "check"


@dataclass(frozen=True)
class Note:
    """A note on one line of the source, counted from 1."""

    line: int
    kind: NoteKind
    text: str
    #: The id of the task it concerns; empty if it concerns none, or the whole file.
    task: str = ""


@dataclass(frozen=True)
class Difference:
    """An instant at which the task fires and the original does not, or the other way round."""

    task: str
    at: datetime
    #: Whether only the task fires; otherwise only the original does.
    here: bool


@dataclass(frozen=True)
class Imported:
    """The result of one file."""

    #: The name of the file in messages.
    name: str
    tasks: tuple[NewTask, ...]
    #: In the order of the source's lines.
    notes: tuple[Note, ...]
    #: The known differences in the two years after the import, by task and time.
    differences: tuple[Difference, ...]

    def report(self) -> str:
        """The notes as text, one a line: `crontab:7: lost: …`."""
        return "".join(
            f"{self.name}:{note.line}: {note.kind}: {f'{note.task}: ' if note.task else ''}"
            f"{note.text}\n"
            for note in self.notes
        )


class ImportFailed(Exception):
    """Nothing could be read. The message says of what, and why."""


class UnreadableSource(ImportFailed):
    """A file is not of the expected kind, so nothing can be read."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name}:{line}: {reason}")
