"""Reads one run from its history and, while it is in progress, from its description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import JsonValue
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from onthedot.encryption.failures import opened
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.action import Action, ActivityAction, UnknownAction, WorkflowAction
from onthedot.scheduling.errors import RunNotFound
from onthedot.scheduling.run import AttemptMade, Links, Run, RunCause, RunStatus
from onthedot.scheduling.stored.run_order import RunOutcome
from onthedot.service.ledger.run_history import RunHistory, run_history
from onthedot.service.runs.listed import short_run
from onthedot.service.runs.progress import progress
from onthedot.service.tasks.rows import deleted_row
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.task_queues import QueueKind, task_queue

#: How often a run is reread if it ends while it is read.
_LOOKS = 3


@dataclass(frozen=True)
class RunRead:
    """A run and its sources."""

    run: Run
    history: RunHistory
    pending: tuple[PendingActivityInfo, ...] = ()
    """Activities that have not ended."""

    @property
    def action(self) -> Action | UnknownAction | None:
        """The run's action, if known."""
        return _action(self.history)


async def read_run(temporal: Temporal, run_id: str) -> RunRead:
    """One run that was executed, with its output.

    Raises:
        RunNotFound: there is none, or it is past the retention.
    """
    address = RunAddress.parse(run_id)
    handle = temporal.client.get_workflow_handle(address.workflow_id, run_id=address.execution)
    try:
        for look in range(_LOOKS):
            fetched = await temporal.ask(handle.fetch_history())
            history = await run_history(temporal.client, fetched)
            if not _is_run(history, temporal.now()):
                raise RunNotFound(run_id)
            if history.status is not RunStatus.RUNNING:
                break
            described = await temporal.ask(handle.describe())
            # A run that ended in between has an output by now.
            if described.status is WorkflowExecutionStatus.RUNNING or look + 1 == _LOOKS:
                return await _running(temporal, described, history)
        if history.state is not None and await _went_with_its_task(temporal, address):
            raise RunNotFound(run_id)
    except RPCError as error:
        if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
            raise RunNotFound(run_id) from error
        raise
    return RunRead(_closed(temporal, address, history), history)


async def _went_with_its_task(temporal: Temporal, address: RunAddress) -> bool:
    """Whether it belongs to a finished one-time task that was deleted. Temporal removes the run
    with a delay."""
    task = temporal.client.get_workflow_handle(address.workflow_id)
    latest = await temporal.ask(task.describe())
    if latest.run_id == address.execution:
        return False
    row = await deleted_row(latest)
    return row is not None and bool(row.ended_as)


async def _running(
    temporal: Temporal, described: WorkflowExecutionDescription, history: RunHistory
) -> RunRead:
    run = await short_run(temporal, described)
    pending = tuple(described.raw_description.pending_activities)
    converter = temporal.client.data_converter
    left = [p.last_failure for p in pending if p.HasField("last_failure")]
    failures = [(await opened(converter, failure)).message for failure in left]
    if not pending and history.last_failure:
        failures = [history.last_failure]
    now = await progress(temporal, described, history, due=run.scheduled_for)
    started_at, lateness = now.started_at, None
    if started_at is not None:
        lateness = max(started_at - run.scheduled_for, timedelta(0))
    known: dict[str, Any] = {"attempts": now.begun, "started_at": started_at, "lateness": lateness}
    if not run.task_name:
        known["task_name"] = _task_name(history)
    read = Run(
        **{**dict(run), **known},
        cancel_requested_by=history.cancelled_by,
        phase=now.phase,
        phase_since=now.since,
        attempt=now.attempt,
        next_attempt_at=now.next_attempt_at,
        attempts_made=now.made,
        waiting_for=now.waiting_for
        or (failures[-1] if failures else await _waiting(temporal, pending, history)),
    )
    return RunRead(read, history, pending)


async def _waiting(
    temporal: Temporal, pending: Sequence[PendingActivityInfo], history: RunHistory
) -> str:
    action, queue = _action(history), None
    if isinstance(action, ActivityAction | WorkflowAction):
        queue = action.task_queue
    scheduled = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
    if isinstance(action, ActivityAction) and not any(p.state == scheduled for p in pending):
        return ""
    kind = QueueKind.ACTIVITY if isinstance(action, ActivityAction) else QueueKind.WORKFLOW
    name = queue or temporal.task_queue
    found = await task_queue(temporal, kind, name=name)
    return "" if found.pollers else f"No worker polls the task queue {name!r}."


def _action(history: RunHistory) -> Action | UnknownAction | None:
    if history.state is not None:
        return history.state.definition.action
    return history.order.action if history.order else None


def _task_name(history: RunHistory) -> str:
    if history.order is not None:
        return history.order.name
    return history.state.definition.name if history.state else ""


def _closed(temporal: Temporal, address: RunAddress, history: RunHistory) -> Run:
    outcome, order, state = history.outcome, history.order, history.state
    told = outcome or history.memo
    known: dict[str, Any] = {"attempts": history.attempts, "error": history.reason}
    if told is not None:
        known = {
            "started_at": told.started_at,
            "lateness": told.lateness,
            "attempts": max(told.attempts, history.attempts),
            "error": told.error or history.reason,
        }
    if order is not None:
        known |= {"cause": order.cause, "requested_by": order.requested_by}
    output, made = _came_out(history)
    return Run(
        **{"cause": RunCause.TRIGGER, **known},
        id=address.run_id,
        task_id=order.task_id if order else state.id if state else "",
        task_name=_task_name(history),
        status=history.status,
        scheduled_for=(told.scheduled_for if told else _due(history)) or temporal.now(),
        finished_at=history.closed_at or (outcome.finished_at if outcome else None),
        note=history.note,
        cancel_requested_by=history.cancelled_by,
        output=output,
        attempts_made=made,
        links=Links(temporal_ui=temporal.ui_link(address.workflow_id, address.execution)),
    )


def _came_out(history: RunHistory) -> tuple[JsonValue, tuple[AttemptMade, ...]]:
    """The output and the attempts: of the outcome, as they were looked up, or of the last one."""
    if history.outcome is not None:
        return history.outcome.output, history.outcome.attempts_made or _only(history.outcome)
    found = history.looked_up or history.last
    return (found.output, found.made) if found else (None, ())


def _only(outcome: RunOutcome) -> tuple[AttemptMade, ...]:
    """The only attempt of a run, which is not stored because it has the run's own times."""
    if outcome.attempts != 1:
        return ()
    times = {"started_at": outcome.started_at, "ended_at": outcome.finished_at}
    return (AttemptMade(attempt=1, **times, error=outcome.error),)


def _due(history: RunHistory) -> datetime | None:
    if history.order is not None:
        return history.order.scheduled_for or (
            history.nominal + history.order.jitter if history.nominal else None
        )
    return history.state.due if history.state else None


def _is_run(history: RunHistory, now: datetime) -> bool:
    """Whether the workflow is a run: a one-time task becomes one when it is due."""
    if history.state is None:
        return history.order is not None
    if history.memo is not None:
        return True
    due = history.state.due
    return history.status is RunStatus.RUNNING and due is not None and due <= now
