"""The calls on a task's history and on runs that are tried anew. Results are plain JSON where
the server's models are not shared yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from onthedot.client.building import call, given
from onthedot.client.call import Call, Walk
from onthedot.messages.many import ManyResults
from onthedot.messages.me import Me
from onthedot.messages.revisions import RevisionPage
from onthedot.scheduling.revision import Revision
from onthedot.scheduling.run import RunStatus, ShortRun
from onthedot.scheduling.task import Task, TaskDefinition

Json = dict[str, Any]


class JsonPage(BaseModel):
    """Some items as plain JSON, and where the list goes on."""

    model_config = ConfigDict(extra="ignore")

    items: list[Json]
    next_cursor: str | None = None


class _ManyRuns(Protocol):
    """What can be asked of many runs: ids or a filter, and whether only to say what it means."""

    def __call__(
        self,
        *,
        ids: Sequence[str] | None = None,
        task_id: str | None = None,
        tag: str | Sequence[str] | None = None,
        status: RunStatus | str | None = None,
        failure: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        dry_run: bool | None = None,
    ) -> Call[ManyResults]: ...


def me() -> Call[Me]:
    """Who the caller is: name, role, and via what."""
    return call("GET", "/me", Me)


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
    """Brings a deleted task back, within the retention."""
    return call("POST", "/tasks/{task_id}/restore", Task, path={"task_id": task_id})


def retry_run(run_id: str) -> Call[ShortRun]:
    """A new run of the same occurrence. Each call is one run."""
    return call("POST", "/runs/{run_id}/retry", ShortRun, path={"run_id": run_id})


def _on_many_runs(verb: str, what: str, *, repeatable: bool) -> _ManyRuns:
    def describe(**asked: Any) -> Call[ManyResults]:
        template = f"/runs:{verb}"
        return call("POST", template, ManyResults, body=given(**asked), repeatable=repeatable)

    describe.__name__ = f"{verb}_runs"
    describe.__doc__ = f"{what} the runs with these ids, or that fit a filter; at most 1,000."
    return describe


retry_runs = _on_many_runs("retry", "Retries", repeatable=False)
cancel_runs = _on_many_runs("cancel", "Cancels", repeatable=True)


def pages(template: str, path: dict[str, str | int] | None = None, **query: Any) -> Walk[Json]:
    """A list of plain JSON objects."""
    return Walk(
        lambda cursor: call("GET", template, JsonPage, path=path, query={**query, "cursor": cursor})
    )
