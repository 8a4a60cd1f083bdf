"""The calls on runs, their output, backfills, triggers and actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from onthedot.client.building import QueryValue, call, given
from onthedot.client.call import Call, Stream, Walk
from onthedot.client.calls.tasks import ROWS
from onthedot.client.events import ServerEvent
from onthedot.messages.run_output import END_EVENT, OUTPUT_EVENT, RUN_EVENT, RunOutput, RunState
from onthedot.messages.runs import BackfillList, RunPage
from onthedot.messages.triggers import PreviewAnswer
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import Run, RunStatus, ShortRun
from onthedot.scheduling.stored.backfill import Backfill
from onthedot.scheduling.stored.written import WrittenPiece
from onthedot.scheduling.values import Model


def list_runs(
    *,
    status: RunStatus | str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    tag: str | Sequence[str] | None = None,
    kind: str | None = None,
    cause: str | None = None,
    error: str | None = None,
    failure: str | None = None,
    q: str | None = None,
    archived: bool | None = None,
    page_size: int = ROWS,
) -> Walk[ShortRun]:
    """The execution log of all tasks: running first, then by finish, newest first; or the server's
    archive, which goes beyond the retention."""
    query: dict[str, QueryValue] = {
        "status": status,
        "since": since,
        "until": until,
        "tag": tag,
        "kind": kind,
        "cause": cause,
        "error": error,
        "failure": failure,
        "q": q,
        "archived": archived,
        "limit": page_size,
    }
    return _runs("/runs", {}, query)


def list_task_runs(
    task_id: str,
    *,
    status: RunStatus | str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    archived: bool | None = None,
    page_size: int = ROWS,
) -> Walk[ShortRun]:
    """The runs of one task, in the same order; or those of the server's archive."""
    query: dict[str, QueryValue] = {
        "status": status,
        "since": since,
        "until": until,
        "archived": archived,
        "limit": page_size,
    }
    return _runs("/tasks/{task_id}/runs", {"task_id": task_id}, query)


def get_run(run_id: str) -> Call[Run]:
    """One run with its output."""
    return call("GET", "/runs/{run_id}", Run, path={"run_id": run_id})


def cancel_run(run_id: str) -> Call[Run]:
    """Requests a cancel; read the run again to see the result."""
    path = {"run_id": run_id}
    return call("POST", "/runs/{run_id}/cancel", Run, path=path, repeatable=True)


def retry_run(run_id: str) -> Call[ShortRun]:
    """A new run of the same occurrence. Each call starts one run."""
    return call("POST", "/runs/{run_id}/retry", ShortRun, path={"run_id": run_id})


def get_output(run_id: str, *, after: int = 0) -> Call[RunOutput]:
    """What a run has written so far, after the first `after` bytes."""
    path = {"run_id": run_id}
    return call("GET", "/runs/{run_id}/output", RunOutput, path=path, query={"after": after})


def follow_output(run_id: str, *, after: int = 0) -> Stream[WrittenPiece | RunState]:
    """A run's output as it is written, and its state whenever that changes, until the run ends. A
    broken connection is resumed without repeating anything."""

    def since(last_event_id: str) -> Call[str]:
        query = {"follow": True, "after": int(last_event_id or after)}
        return call("GET", "/runs/{run_id}/output", str, path={"run_id": run_id}, query=query)

    return Stream(since, _event, END_EVENT)


def start_backfill(
    task_id: str, *, start: datetime, end: datetime, overlap: OverlapPolicy | str | None = None
) -> Call[Backfill]:
    """Runs the past occurrences from `start` to `end`. Each call starts one backfill."""
    body = given(**{"from": start, "to": end, "overlap": overlap})
    path = {"task_id": task_id}
    return call("POST", "/tasks/{task_id}/backfill", Backfill, path=path, body=body)


def list_backfills(task_id: str) -> Call[BackfillList]:
    """The latest backfills of a task, at most 100; running ones first."""
    return call("GET", "/tasks/{task_id}/backfills", BackfillList, path={"task_id": task_id})


def get_backfill(backfill_id: str) -> Call[Backfill]:
    """The progress of a backfill."""
    return call("GET", "/backfills/{backfill_id}", Backfill, path={"backfill_id": backfill_id})


def cancel_backfill(backfill_id: str) -> Call[Backfill]:
    """Stops it and its runs in progress."""
    path = {"backfill_id": backfill_id}
    return call("POST", "/backfills/{backfill_id}/cancel", Backfill, path=path, repeatable=True)


def preview_trigger(
    trigger: Model | Mapping[str, Any],
    *,
    count: int = 10,
    after: datetime | None = None,
    task_id: str | None = None,
) -> Call[PreviewAnswer]:
    """The next runs of a trigger, and its words. `H` and jitter depend on the task's id."""
    body = given(trigger=trigger, count=count, after=after, id=task_id)
    return call("POST", "/triggers/preview", PreviewAnswer, body=body, repeatable=True)


def try_action(
    action: Model | Mapping[str, Any], *, timeout: timedelta = timedelta(seconds=30)
) -> Call[Run]:
    """Runs an action once without registering it; returns when it has ended."""
    return call("POST", "/actions/test", Run, body=given(action=action, timeout=timeout))


def _runs(
    template: str, path: Mapping[str, str], query: Mapping[str, QueryValue]
) -> Walk[ShortRun]:
    return Walk(
        lambda cursor: call("GET", template, RunPage, path=path, query={**query, "cursor": cursor})
    )


def _event(event: ServerEvent) -> WrittenPiece | RunState | None:
    match event.name:
        case name if name == OUTPUT_EVENT:
            return WrittenPiece.model_validate_json(event.data)
        case name if name in (RUN_EVENT, END_EVENT):
            return RunState.model_validate_json(event.data)
    return None
