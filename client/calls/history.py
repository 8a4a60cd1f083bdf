"""The calls on a task's history, and those that restore."""

from __future__ import annotations

from onthedot.client.building import call
from onthedot.client.call import Call, Walk
from onthedot.messages.tasks import RevisionPage
from onthedot.scheduling.revisions.revision import Revision
from onthedot.scheduling.task import Task, TaskDefinition


def list_revisions(task_id: str, *, page_size: int = 50) -> Walk[Revision]:
    """Every revision of a task, newest first, with what it changed."""
    template, path = "/tasks/{task_id}/revisions", {"task_id": task_id}
    return Walk(
        lambda cursor: call(
            "GET", template, RevisionPage, path=path, query={"limit": page_size, "cursor": cursor}
        )
    )


def get_revision(task_id: str, revision: int) -> Call[TaskDefinition]:
    """The definition as it was at a revision."""
    path: dict[str, str | int] = {"task_id": task_id, "revision": revision}
    return call("GET", "/tasks/{task_id}/revisions/{revision}", TaskDefinition, path=path)


def restore_revision(task_id: str, revision: int, *, if_match: int | None = None) -> Call[Task]:
    """Makes a new revision like an earlier one."""
    template = "/tasks/{task_id}/revisions/{revision}/restore"
    path: dict[str, str | int] = {"task_id": task_id, "revision": revision}
    return call("POST", template, Task, path=path, if_match=if_match, repeatable=True)


def restore_task(task_id: str) -> Call[Task]:
    """Restores a deleted task, within the retention."""
    return call("POST", "/tasks/{task_id}/restore", Task, path={"task_id": task_id})
