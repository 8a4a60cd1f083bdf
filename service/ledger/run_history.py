"""Reads a run from its workflow's whole history, which needs neither a worker nor a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory

from onthedot import naming
from onthedot.activities.attempts.events import OWN, instant_of
from onthedot.encryption.failures import opened
from onthedot.scheduling.run import AttemptMade, RunError, RunStatus
from onthedot.scheduling.stored.attempt import DEFERRED, Attempt, AttemptFailure, AttemptResult
from onthedot.scheduling.stored.run_order import Attempts, RunMemo, RunOrder, RunOutcome
from onthedot.scheduling.stored.task_change import Change, ChangeKind, apply_change
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.stored.written import WrittenPiece, unpack, unpacked
from onthedot.service.temporal.raw_rows import decoded, decoded_text

_CLOSED = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: RunStatus.SUCCEEDED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: RunStatus.FAILED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: RunStatus.TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: RunStatus.CANCELLED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: RunStatus.TERMINATED,
}


@dataclass
class RunHistory:
    """A run, as its events show it."""

    status: RunStatus = RunStatus.RUNNING
    order: RunOrder | None = None
    state: TaskState | None = None
    nominal: datetime | None = None
    outcome: RunOutcome | None = None
    memo: RunMemo | None = None
    closed_at: datetime | None = None
    attempts: int = 0
    attempts_before: int = 0
    """Attempts that were made before the activity that Temporal counts."""
    made_before: tuple[AttemptMade, ...] = ()
    task_began: datetime | None = None
    """When a worker received the last workflow task."""
    tasks_done: list[datetime] = field(default_factory=list)
    """When each completed workflow task began."""
    timer_until: datetime | None = None
    """When the timer in progress fires."""
    last_failure: str = ""
    last: AttemptFailure | None = None
    """Our own last attempt that failed or was cancelled."""
    looked_up: Attempts | None = None
    reason: RunError | None = None
    runs_command: bool = False
    """Whether the last scheduled activity is a command."""
    written: list[list[WrittenPiece]] = field(default_factory=list)
    """The output of each activity that has ended."""
    cancelled_by: str = ""
    note: str = ""
    """Why it was asked for."""


async def run_history(client: Client, history: WorkflowHistory) -> RunHistory:
    """A run, read only from its events."""
    run = RunHistory()
    for event in history.events:
        await _take(run, client, event)
    return run


async def _take(run: RunHistory, client: Client, event: HistoryEvent) -> None:
    _take_time(run, event)
    await _take_order(run, client, event)
    await _take_attempt(run, client, event)
    await _take_end(run, client, event)


def _take_time(run: RunHistory, event: HistoryEvent) -> None:
    """Workflow tasks and timers: when a worker had it, and until when it waits."""
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            run.task_began = instant_of(event.event_time)
        case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED if run.task_began is not None:
            run.tasks_done.append(run.task_began)
        case EventType.EVENT_TYPE_TIMER_STARTED:
            wait = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            run.timer_until = instant_of(event.event_time) + wait
        case EventType.EVENT_TYPE_TIMER_FIRED | EventType.EVENT_TYPE_TIMER_CANCELED:
            run.timer_until = None


async def _take_order(run: RunHistory, client: Client, event: HistoryEvent) -> None:
    """What is to be run, as ordered and changed."""
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            started = event.workflow_execution_started_event_attributes
            if started.workflow_type.name == naming.TASK:
                run.state = await decoded(client, started.input.payloads, TaskState)
            else:
                run.order = await decoded(client, started.input.payloads, RunOrder)
                if naming.NOTE in started.memo.fields:
                    run.note = await decoded_text(client, started.memo.fields[naming.NOTE])
            nominal = started.search_attributes.indexed_fields.get(naming.SCHEDULED_START.name)
            if nominal is not None:
                value: Any = client.data_converter.payload_converter.from_payload(nominal)
                run.nominal = datetime.fromisoformat(value)
        case EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
            memo = event.workflow_properties_modified_event_attributes.upserted_memo.fields
            if naming.RUN_MEMO in memo:
                run.memo = await decoded(client, [memo[naming.RUN_MEMO]], RunMemo)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED if run.state is not None:
            accepted = event.workflow_execution_update_accepted_event_attributes
            arguments = accepted.accepted_request.input.args.payloads
            change = await decoded(client, arguments, Change)
            if change.kind is not ChangeKind.DELETE:
                run.state = apply_change(run.state, change, at=change.not_after)


async def _take_attempt(run: RunHistory, client: Client, event: HistoryEvent) -> None:
    """The attempts, local and ordinary activities, and their output."""
    match event.event_type:
        case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled = event.activity_task_scheduled_event_attributes
            run.runs_command = scheduled.activity_type.name == naming.COMMAND
            if scheduled.activity_type.name in OWN:
                attempt = await decoded(client, scheduled.input.payloads, Attempt)
                run.attempts = run.attempts_before = attempt.attempts_before
                run.made_before = attempt.made_before
        case EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            made = event.activity_task_started_event_attributes.attempt
            run.attempts = run.attempts_before + made
        case EventType.EVENT_TYPE_MARKER_RECORDED:
            # A local attempt leaves a marker, with a failure only if it failed.
            failure = event.marker_recorded_event_attributes.failure
            if not event.marker_recorded_event_attributes.HasField("failure"):
                await _take_lookup(run, client, event)
            elif failure.application_failure_info.type != DEFERRED:
                said = await opened(client.data_converter, failure)
                run.attempts, run.last_failure = 1, said.message
                run.last = await attempt_failure(client, failure) or run.last
        case EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
            failure = event.activity_task_failed_event_attributes.failure
            left = await attempt_failure(client, failure)
            run.last = left or run.last
            if left is not None:
                run.written.append(unpacked(left.written))
        case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED if run.runs_command:
            result = event.activity_task_completed_event_attributes.result.payloads
            run.written.append(unpacked((await decoded(client, result, AttemptResult)).written))
        case EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT if run.runs_command:
            failure = event.activity_task_timed_out_event_attributes.failure
            heartbeat = failure.timeout_failure_info.last_heartbeat_details
            run.written.append(await written_by(client, heartbeat))


async def _take_end(run: RunHistory, client: Client, event: HistoryEvent) -> None:
    """How it ended, and why."""
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
            result = event.workflow_execution_completed_event_attributes.result.payloads
            run.outcome = await decoded(client, result, RunOutcome) if result else None
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
            failed = event.workflow_execution_failed_event_attributes.failure
            failure = await opened(client.data_converter, failed)
            details = failure.application_failure_info.details.payloads
            run.outcome = await decoded(client, details, RunOutcome) if details else None
            kind = failure.application_failure_info.type or "Failed"
            run.reason = RunError(type=kind, message=failure.message)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
            text = event.workflow_execution_terminated_event_attributes.reason
            run.reason = RunError(type="Terminated", message=text or "Terminated from outside.")
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
            requested = event.workflow_execution_cancel_requested_event_attributes
            run.cancelled_by = naming.cancelled_by(requested.cause)
    if event.event_type in _CLOSED:
        run.status = run.outcome.status if run.outcome else _CLOSED[event.event_type]
        run.closed_at = instant_of(event.event_time)


async def written_by(client: Client, details: Payloads) -> list[WrittenPiece]:
    """What a command had written by its last heartbeat, which carries it as second detail."""
    if len(details.payloads) < 2:
        return []
    try:
        _, packed = await client.data_converter.decode(details.payloads[:2])
        return unpack(packed) if isinstance(packed, bytes) else []
    except ValueError:
        return []


async def attempt_failure(client: Client, failure: Failure) -> AttemptFailure | None:
    """The failure of one of our own attempts; None for other people's activities."""
    details = failure.application_failure_info.details.payloads
    try:
        return await decoded(client, details, AttemptFailure) if details else None
    except ValidationError:
        return None


async def _take_lookup(run: RunHistory, client: Client, event: HistoryEvent) -> None:
    """Take the attempts that were looked up for a run's record; a cancelled run has no others."""
    details = event.marker_recorded_event_attributes.details
    about = details["data"].payloads if "data" in details else ()
    (said,) = await client.data_converter.decode(about[:1]) if about else ({},)
    if isinstance(said, dict) and said.get("activity_type") == naming.RECORD:
        result = details["result"].payloads if "result" in details else ()
        if result and result[0].metadata.get("encoding") != b"binary/null":
            run.looked_up = await decoded(client, result, Attempts)
