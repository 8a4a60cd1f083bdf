"""The calls on tasks, their history and the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from onthedot.client.building import call, fresh_key, given
from onthedot.client.call import Call, Walk
from onthedot.messages.tasks import BatchResults, RevisionPage, TaskPage
from onthedot.scheduling.firing.edit_preview import EditPreview
from onthedot.scheduling.ledger.entries import LedgerPage, Why
from onthedot.scheduling.revisions.revision import Revision
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.task import NewTask, Task, TaskDefinition, TaskStatus

T = TypeVar("T")

#: A definition: a model, or a JSON object as in REST.
Definition = TaskDefinition | Mapping[str, Any]

#: The default number of rows per page.
ROWS = 200

_TASK = "/tasks/{task_id}"


def create_task(task: NewTask | Mapping[str, Any], *, idempotency_key: str = "") -> Call[Task]:
    """Registers a task; without a key, a new one is used, so that a retry is safe."""
    key = idempotency_key or fresh_key()
    return call("POST", "/tasks", Task, body=_new(task), idempotency_key=key)


def create_tasks(
    tasks: Sequence[NewTask | Mapping[str, Any]], *, idempotency_key: str = ""
) -> Call[BatchResults]:
    """Registers up to 1,000 tasks; each has its own result, in the same order."""
    body = {"tasks": [_new(task) for task in tasks]}
    key = idempotency_key or fresh_key()
    return call("POST", "/tasks:batch", BatchResults, body=body, idempotency_key=key)


def list_tasks(
    *,
    kind: str | None = None,
    status: TaskStatus | str | None = None,
    tag: str | Sequence[str] | None = None,
    q: str | None = None,
    health: str | None = None,
    sort: str | None = None,
    page_size: int = ROWS,
) -> Walk[Task]:
    """Every matching task, open ones first. Long definitions are abridged in lists."""
    query = {
        "kind": kind,
        "status": status,
        "tag": tag,
        "q": q,
        "health": health,
        "sort": sort,
        "limit": page_size,
    }
    return Walk(lambda cursor: call("GET", "/tasks", TaskPage, query=query | {"cursor": cursor}))


def get_task(task_id: str) -> Call[Task]:
    """One task: the whole definition, its next runs and its last run."""
    return _on(task_id, "GET", _TASK, Task)


def replace_task(
    task_id: str, definition: Definition, *, if_match: int | None = None, create: bool = False
) -> Call[Task]:
    """Replaces the whole definition; with `if_match`, only if the task is at that revision.

    With `create`, registers the task if it does not exist.
    """
    query = {"create": True} if create else None
    body = _definition(definition)
    return _on(task_id, "PUT", _TASK, Task, query=query, body=body, if_match=if_match)


def delete_task(task_id: str, *, if_match: int | None = None) -> Call[None]:
    """Deletes a task, which can be restored within the retention; a run in progress finishes."""
    return _on(task_id, "DELETE", _TASK, type(None), if_match=if_match)


def pause_task(
    task_id: str, *, note: str = "", until: datetime | None = None, if_match: int | None = None
) -> Call[Task]:
    """Keeps a task from firing, until it is resumed or until `until`."""
    body = given(note=note, until=until)
    return _change(task_id, "/pause", body, if_match)


def resume_task(task_id: str, *, note: str = "", if_match: int | None = None) -> Call[Task]:
    """Lets a paused task fire again."""
    return _change(task_id, "/resume", given(note=note), if_match)


def run_task(
    task_id: str,
    *,
    scheduled_for: datetime | None = None,
    arguments: Sequence[Any] | None = None,
    body: Any = None,
    env: Mapping[str, Any] | None = None,
    through_freeze: bool | None = None,
    note: str | None = None,
) -> Call[ShortRun]:
    """Runs it now, in addition to its schedule; the values apply to this run only.

    Each call starts one run, so it is never repeated automatically.
    """
    asked = given(
        scheduled_for=scheduled_for,
        arguments=arguments,
        body=body,
        env=env,
        through_freeze=through_freeze,
        note=note,
    )
    return _on(task_id, "POST", _TASK + "/run", ShortRun, body=asked or None)


def preview_edit(task_id: str, definition: Definition) -> Call[EditPreview]:
    """The next ten runs before and after a definition, those gained and those lost."""
    body = _definition(definition)
    template = _TASK + "/preview-edit"
    return _on(task_id, "POST", template, EditPreview, body=body, repeatable=True)


def get_ledger(
    task_id: str, *, since: datetime | None = None, until: datetime | None = None
) -> Call[LedgerPage]:
    """Every instant of a period at which the task should have fired, and what happened."""
    query = {"since": since, "until": until}
    return _on(task_id, "GET", _TASK + "/ledger", LedgerPage, query=query)


def get_why(task_id: str, *, at: datetime | None = None) -> Call[Why]:
    """Why it did not run at an instant, or the last time that it did not, in one sentence."""
    return _on(task_id, "GET", _TASK + "/why", Why, query={"at": at})


def sent_back(definition: TaskDefinition) -> dict[str, Any]:
    """The fields of a task that PUT accepts, without those that only responses have.

    Raises:
        ValueError: it is an abridged row of a list.
    """
    if isinstance(definition, Task) and definition.abridged:
        raise ValueError(f"{definition.id} is abridged, as it comes from a list: use get_task.")
    fields = set(TaskDefinition.model_fields)
    if "paused" not in definition.model_fields_set:
        # A PUT without this field keeps the pause.
        fields.remove("paused")
    return definition.model_dump(mode="json", include=fields)


def _definition(definition: Definition) -> dict[str, Any]:
    return sent_back(definition) if isinstance(definition, TaskDefinition) else dict(definition)


def _new(task: NewTask | Mapping[str, Any]) -> dict[str, Any]:
    return task.model_dump(mode="json") if isinstance(task, NewTask) else dict(task)


def _change(task_id: str, what: str, body: Any, if_match: int | None) -> Call[Task]:
    # Repeating it changes nothing but the revision.
    return _on(task_id, "POST", _TASK + what, Task, body=body, if_match=if_match, repeatable=True)


def _on(task_id: str, method: str, template: str, result: type[T], **more: Any) -> Call[T]:
    return call(method, template, result, path={"task_id": task_id}, **more)


def list_revisions(task_id: str, *, page_size: int = 50) -> Walk[Revision]:
    """Every revision of a task, newest first, with what it changed."""
    query = {"limit": page_size}
    template = _TASK + "/revisions"
    return Walk(
        lambda cursor: _on(
            task_id, "GET", template, RevisionPage, query={**query, "cursor": cursor}
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
