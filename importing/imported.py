"""What an import gives: tasks, notes on the lines of the source, and instants that differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from onthedot.scheduling.task import NewTask


class Source(StrEnum):
    """A scheduler whose definitions can be read."""

    #: `crontab -l`, /etc/crontab and /etc/cron.d, as Debian's cron and cronie read them.
    CRONTAB = "crontab"
    #: CronJob manifests in YAML or JSON, `kubectl get cronjobs -o yaml` included.
    KUBERNETES = "kubernetes"
    #: What `temporal schedule describe -o json` prints, or what `temporal.fetch` gives.
    TEMPORAL = "temporal"
    #: Python files that define DAGs: the schedule alone.
    AIRFLOW = "airflow"
    #: What BullMQ's `getJobSchedulers()` and `getDelayed()` return, as JSON.
    BULLMQ = "bullmq"
    #: Timer units.
    SYSTEMD = "systemd"


class NoteKind(StrEnum):
    """The result of a line."""

    #: It has no counterpart here, or cannot be read: nothing of it is in the tasks.
    LOST = "lost"
    #: It is in a task, with a meaning that is not quite the same.
    CHANGED = "changed"
    #: It was carried over on an assumption that someone should confirm.
    CHECK = "check"


@dataclass(frozen=True)
class Note:
    """One thing to know about one line of the source, counted from 1."""

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
    #: Whether it fires here; else it fires in the original alone.
    here: bool


@dataclass(frozen=True)
class Imported:
    """All that one file gave."""

    #: What the file is called in messages.
    name: str
    tasks: tuple[NewTask, ...]
    #: In the order of the source's lines.
    notes: tuple[Note, ...]
    #: Those that are known, of the two years after the import, by task and time.
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
    """A file is not of the kind that it should be, so that nothing of it can be read."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name}:{line}: {reason}")
