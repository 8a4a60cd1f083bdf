"""The bulk actions on tasks and runs, and their wording."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from onthedot.service.runs.of_tasks import task_names
from onthedot.service.tasks.bulk import BulkProgress, Changed
from onthedot.service.temporal.calls import Temporal
from onthedot.ui.use_cases import UseCases
from onthedot.ui.wording.values import counted


@dataclass(frozen=True)
class BulkRequest:
    """The ids; for a pause, the reason and the end."""

    ids: Sequence[str]
    note: str = ""
    until: datetime | None = None
    progress: BulkProgress = field(default_factory=BulkProgress)


#: Restores the previous state of what was changed.
Undo = Callable[[UseCases, Sequence[Changed], BulkProgress], Awaitable[list[Changed]]]


def _undo_pauses(
    uses: UseCases, changed: Sequence[Changed], progress: BulkProgress
) -> Awaitable[list[Changed]]:
    return uses.undo(changed, progress)


@dataclass(frozen=True)
class BulkAction:
    """A bulk action: its wording, its call, and what it does."""

    name: str
    ask: str
    doing: str
    done: str
    words: str
    icon: str
    call: str
    act: Callable[[UseCases, BulkRequest], Awaitable[list[Changed]]]
    danger: bool = False
    question: str = "{ask} {what}"
    """The question; `what` is such as `3 tasks`."""
    undone: str = ""
    """The past tense of its undo; empty if there is none."""
    undo: Undo = _undo_pauses
    words_of_one: str = ""
    """`words` for a single one, if they differ."""

    def asked(self, what: str) -> str:
        """`Pause 3 tasks`."""
        return self.question.format(ask=self.ask, what=what)


@dataclass(frozen=True)
class Subject:
    """What is selected: tasks or runs."""

    one: str
    path: str
    actions: tuple[BulkAction, ...]
    names: Callable[[Temporal, Sequence[str]], Awaitable[dict[str, str]]]
    """What they are called, by id. Raises TemporalUnavailable."""

    def counted(self, number: int) -> str:
        """`1 task`, `1,204 tasks`."""
        return counted(number, self.one)

    def action(self, name: str) -> BulkAction:
        """The action with this name."""
        return next(each for each in self.actions if each.name == name)


async def _names_of_runs(temporal: Temporal, ids: Sequence[str]) -> dict[str, str]:
    tasks = {run_id: run_id.partition("~")[0] for run_id in ids}
    found = await task_names(temporal, set(tasks.values()))
    return {run_id: found.get(task_id, task_id) for run_id, task_id in tasks.items()}


TASKS = Subject(
    "task",
    "/tasks/",
    (
        BulkAction(
            "run",
            "Run",
            "Starting",
            "started",
            "Each runs once now, in addition to its schedule.",
            "play",
            "run_tasks",
            lambda uses, request: uses.run_tasks(request.ids, request.progress),
        ),
        BulkAction(
            "pause",
            "Pause",
            "Pausing",
            "paused",
            "They will not fire until they are resumed. Tasks that are already paused stay "
            "unchanged.",
            "pause",
            "pause_tasks",
            lambda uses, request: uses.pause_tasks(
                request.ids, request.progress, note=request.note, until=request.until
            ),
            undone="put back",
            words_of_one="It does not fire until it is resumed. A run in progress finishes.",
        ),
        BulkAction(
            "resume",
            "Resume",
            "Resuming",
            "resumed",
            "They fire again from their next scheduled time.",
            "circle-play",
            "resume_tasks",
            lambda uses, request: uses.resume_tasks(request.ids, request.progress),
            undone="put back",
        ),
        BulkAction(
            "delete",
            "Delete",
            "Deleting",
            "deleted",
            "They no longer fire; runs in progress finish. They can be restored within the "
            "retention.",
            "trash-2",
            "delete_tasks",
            lambda uses, request: uses.delete_tasks(request.ids, request.progress),
            danger=True,
            undone="restored",
            undo=lambda uses, changed, progress: uses.restore_tasks(
                [each.id for each in changed], progress
            ),
        ),
    ),
    task_names,
)

DELETED_TASKS = Subject(
    "task",
    "/tasks/",
    (
        BulkAction(
            "restore",
            "Restore",
            "Restoring",
            "restored",
            "They come back as they were, and fire from their next scheduled time.",
            "rotate-ccw",
            "restore_tasks",
            lambda uses, request: uses.restore_tasks(request.ids, request.progress),
        ),
    ),
    task_names,
)

RUNS = Subject(
    "run",
    "/runs/",
    (
        BulkAction(
            "retry",
            "Run again",
            "Starting again",
            "started again",
            "Each gets a new run of the same occurrence, with its due time and the task's "
            "current definition.",
            "rotate-ccw",
            "retry_runs",
            lambda uses, request: uses.retry_runs(request.ids, request.progress),
            question="Run {what} again",
        ),
        BulkAction(
            "cancel",
            "Cancel",
            "Cancelling",
            "asked to stop",
            "Those in progress are asked to stop.",
            "ban",
            "cancel_runs",
            lambda uses, request: uses.cancel_runs(request.ids, request.progress),
            danger=True,
        ),
    ),
    _names_of_runs,
)
