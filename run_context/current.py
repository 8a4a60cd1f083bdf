"""The run of a task that an activity or workflow belongs to.

`import onthedot` imports this, even in a workflow's sandbox, so it must be light.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple

#: Temporal's header: a JSON object (`json/plain`) with the fields of `CurrentRun` except `attempt`.
HEADER = "onthedot-run"

#: The prefix of this project's workflow types; see `onthedot.naming`.
_OUR_WORKFLOWS = "onthedot."

#: The header of the current activity, which Temporal's SDK shows only to interceptors.
received: ContextVar[Any] = ContextVar("onthedot-run", default=None)


class CurrentRun(NamedTuple):
    """The run that an activity or workflow belongs to."""

    task_id: str
    """Empty if an action is tested without a task."""
    run_id: str
    """As in `GET /runs/{id}`."""
    scheduled_for: datetime
    """When the run was due, in UTC."""
    attempt: int
    """From 1."""
    cause: str
    """`trigger`, `manual` or `backfill`."""
    idempotency_key: str
    """The same for every attempt of the run, and for no other run."""


def current_run() -> CurrentRun | None:
    """The run that this activity or workflow belongs to; None if no task runs it.

    Raises:
        RuntimeError: a task runs this activity, but its worker hides Temporal's headers.
    """
    from temporalio import activity, workflow

    if workflow.in_workflow():
        info = workflow.info()
        return _read(info.headers.get(HEADER), info.attempt)
    if not activity.in_activity():
        return None
    about = activity.info()
    header = received.get()
    if header is None and (about.workflow_type or "").startswith(_OUR_WORKFLOWS):
        raise RuntimeError(
            "This worker does not let activities see Temporal's headers. Create it with "
            "Worker(…, interceptors=[onthedot.RunInterceptor()]), or with the plug-in."
        )
    return _read(header, about.attempt)


def _read(header: Any, attempt: int) -> CurrentRun | None:
    if header is None:
        return None
    import json

    told = json.loads(header.data)
    return CurrentRun(
        task_id=told["task_id"],
        run_id=told["run_id"],
        scheduled_for=datetime.fromisoformat(told["scheduled_for"]),
        attempt=attempt,
        cause=told["cause"],
        idempotency_key=told["idempotency_key"],
    )
