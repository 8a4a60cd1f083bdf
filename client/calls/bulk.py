"""The calls on many tasks or runs at once: by ids, or by a filter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from onthedot.client.building import call, given
from onthedot.client.call import Call
from onthedot.messages.bulk import ManyResults
from onthedot.scheduling.run import RunStatus


class _OnTasks(Protocol):
    """The arguments for many tasks: ids or a filter, and `dry_run`."""

    def __call__(
        self,
        *,
        ids: Sequence[str] | None = None,
        tag: str | Sequence[str] | None = None,
        q: str | None = None,
        status: str | None = None,
        health: str | None = None,
        note: str | None = None,
        until: datetime | None = None,
        dry_run: bool | None = None,
    ) -> Call[ManyResults]: ...


class _OnRuns(Protocol):
    """The arguments for many runs: ids or a filter, and `dry_run`."""

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


def _bulk(verb: str, noun: str, what: str, *, repeatable: bool = True) -> Any:
    def describe(**asked: Any) -> Call[ManyResults]:
        template = f"/{noun}:{verb}"
        return call("POST", template, ManyResults, body=given(**asked), repeatable=repeatable)

    describe.__name__ = f"{verb}_{noun}"
    describe.__doc__ = f"{what} the {noun} with these ids, or matching a filter; at most 1,000."
    return describe


pause_tasks: _OnTasks = _bulk("pause", "tasks", "Pauses")
resume_tasks: _OnTasks = _bulk("resume", "tasks", "Resumes")
delete_tasks: _OnTasks = _bulk("delete", "tasks", "Deletes")
restore_tasks: _OnTasks = _bulk("restore", "tasks", "Restores")
run_tasks: _OnTasks = _bulk("run", "tasks", "Runs", repeatable=False)
retry_runs: _OnRuns = _bulk("retry", "runs", "Retries", repeatable=False)
cancel_runs: _OnRuns = _bulk("cancel", "runs", "Cancels")
