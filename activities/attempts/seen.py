"""Reads a run's attempts from its own history, at the end of the run.

A workflow does not learn when a worker began an activity or a child, nor how often Temporal retried
it. Its history and description show that, for any worker in any language:

1. An activity that ended left an event for the start of its last attempt, with the attempt's number
   and the failure of the previous one. So the start of the first attempt is known only if there
   was one attempt.
2. An activity that did not end, because the run was cancelled, is in the run's description.
3. A child began when its first workflow task started; each retry is a separate workflow run.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle

from onthedot.activities.attempts.events import OWN, in_progress, instant_of
from onthedot.activities.attempts.of_child import of_child
from onthedot.activities.stored_text import cut_text
from onthedot.encryption.failures import opened
from onthedot.scheduling.run import AttemptMade, RunError
from onthedot.scheduling.stored.run_order import Attempts
from onthedot.scheduling.stored.written import Stream, unpack

_LONGEST_TOLD = 200

_ENDS = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "activity_task_completed_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "activity_task_failed_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "activity_task_timed_out_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "activity_task_canceled_event_attributes",
}


class _Seen:
    """The last activity or child of a run."""

    def __init__(self) -> None:
        self.scheduled: HistoryEvent | None = None
        self.started: HistoryEvent | None = None
        self.ended: HistoryEvent | None = None
        self.asked_for_child = False
        self.child: HistoryEvent | None = None

    def take(self, event: HistoryEvent) -> None:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            self.scheduled, self.started, self.ended = event, None, None
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            self.started = event
        elif event.event_type in _ENDS:
            self.ended = event
        elif event.event_type == EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
            self.asked_for_child = True
        elif event.event_type == EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
            self.child = event


async def attempts_seen(client: Client, workflow_id: str, run_id: str) -> Attempts | None:
    """The attempts of the run that is this workflow; None if its history does not show any.

    Costs one call to Temporal, one more for a cancelled run, and two more for a child.

    Raises:
        RPCError: Temporal did not respond.
    """
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    history = await handle.fetch_history()
    seen = _Seen()
    for event in history.events:
        seen.take(event)
    if seen.child is not None:
        started = seen.child.child_workflow_execution_started_event_attributes
        execution = started.workflow_execution
        return await of_child(client, execution.workflow_id, execution.run_id)
    if seen.scheduled is None:
        return Attempts(count=0) if seen.asked_for_child else None
    if seen.ended is None:
        return await _of_pending(client, handle, seen.scheduled)
    return await _of_activity(client, seen)


async def _of_activity(client: Client, seen: _Seen) -> Attempts:
    assert seen.scheduled is not None
    assert seen.ended is not None
    before = await _made_before(client, seen.scheduled)
    attributes = getattr(seen.ended, _ENDS[seen.ended.event_type])
    failure = attributes.failure if hasattr(attributes, "failure") else Failure()
    details = failure.timeout_failure_info.last_heartbeat_details
    output = await _last_reported(client, seen.scheduled, details)
    if seen.started is None:
        # Cancelled between two attempts or before the first; the history keeps no number.
        made = 1 if failure.HasField("cause") else 0
        error = await _error(client, failure.cause)
        last = AttemptMade(attempt=before + made, error=error)
        return Attempts(
            count=before + made, made=(last,) if made else (), output=output, last_error=error
        )
    started = seen.started.activity_task_started_event_attributes
    earlier = await _error(client, started.last_failure)
    return _told(
        before,
        started.attempt,
        instant_of(seen.started.event_time),
        earlier,
        AttemptMade(
            attempt=before + started.attempt,
            started_at=instant_of(seen.started.event_time),
            ended_at=instant_of(seen.ended.event_time),
            error=await _error(client, failure),
        ),
        output,
    )


async def _of_pending(
    client: Client, handle: WorkflowHandle[Any, Any], scheduled: HistoryEvent
) -> Attempts:
    described = await handle.describe()
    before = await _made_before(client, scheduled)
    pending = next(iter(described.raw_description.pending_activities), None)
    if pending is None:
        return Attempts(count=before)
    output = await _last_reported(client, scheduled, pending.heartbeat_details)
    earlier = await _error(client, pending.last_failure)
    if not in_progress(pending):
        return Attempts(count=before + pending.attempt - 1, output=output, last_error=earlier)
    at = instant_of(pending.last_started_time)
    this = AttemptMade(attempt=before + pending.attempt, started_at=at)
    return _told(before, pending.attempt, at, earlier, this, output)


def _told(
    before: int,
    number: int,
    started_at: datetime,
    earlier: RunError | None,
    this: AttemptMade,
    output: Any,
) -> Attempts:
    made: tuple[AttemptMade, ...] = (this,)
    if earlier is not None:
        made = (AttemptMade(attempt=before + number - 1, error=earlier), this)
    return Attempts(
        count=before + number,
        first_started_at=started_at if number == 1 and not before else None,
        made=made,
        output=output,
        last_error=earlier,
    )


async def _made_before(client: Client, scheduled: HistoryEvent) -> int:
    """Attempts made before the activity that Temporal counts; only our own activities have any."""
    attributes = scheduled.activity_task_scheduled_event_attributes
    if attributes.activity_type.name not in OWN:
        return 0
    (attempt,) = await client.data_converter.decode(attributes.input.payloads)
    return int(attempt.get("attempts_before", 0))


async def _last_reported(client: Client, scheduled: HistoryEvent, details: Payloads) -> Any:
    if not details.payloads:
        return None
    try:
        values = await client.data_converter.decode(details.payloads)
    except Exception:
        # Another converter wrote them; that must not fail the run.
        return None
    if scheduled.activity_task_scheduled_event_attributes.activity_type.name in OWN:
        return _written(values)
    return values[0] if len(values) == 1 else values


def _written(values: list[Any]) -> Any:
    """What the last attempt of a command wrote, if it could not report its output."""
    if len(values) < 2 or not isinstance(values[1], bytes):
        return None
    pieces = unpack(values[1])
    last = [piece for piece in pieces if piece.attempt == pieces[-1].attempt]
    texts = {
        stream.value: cut_text("".join(p.text for p in last if p.stream is stream))
        for stream in (Stream.STDOUT, Stream.STDERR)
    }
    output = {"exit_code": None, **{name: text for name, (text, _) in texts.items()}}
    return output | {"truncated": any(cut for _, cut in texts.values())}


async def _error(client: Client, failure: Failure) -> RunError | None:
    if not failure.message and not failure.WhichOneof("failure_info"):
        return None
    failure = await opened(client.data_converter, failure)
    kind = failure.application_failure_info.type
    if failure.HasField("timeout_failure_info"):
        kind = "Timeout"
    return RunError(type=kind or "Failed", message=failure.message[:_LONGEST_TOLD])
