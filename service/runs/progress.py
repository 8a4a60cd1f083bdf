"""The progress of a run, from its history and its description.

Temporal records an activity's start in the history only when the activity ends. So the history
shows what has ended, and the description what is in progress:

1. A pending activity shows whether a worker has it, and when it is retried. For our own activities,
   the last heartbeat shows whether it waits for a place, and the attempts before.
2. A child is in progress once its first workflow task has started.
3. Between a failed first attempt and the second attempt, there is a timer.
4. Otherwise the run makes its first attempt within a workflow task, once a worker has that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ValidationError
from temporalio.api.enums.v1 import PendingWorkflowTaskState
from temporalio.api.workflow.v1 import PendingActivityInfo, PendingChildExecutionInfo
from temporalio.client import WorkflowExecutionDescription

from onthedot import naming
from onthedot.activities.attempts.events import first_task_began, in_progress, instant_of
from onthedot.encryption.failures import opened
from onthedot.scheduling.action import RESERVED_PREFIX
from onthedot.scheduling.run import AttemptMade, RunError, RunPhase
from onthedot.scheduling.stored.attempt import LEAD, Beat
from onthedot.scheduling.stored.live import PlacesTaken
from onthedot.service.ledger.run_history import RunHistory, attempt_failure
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.raw_rows import decoded


@dataclass(frozen=True)
class Progress:
    """What a run in progress is doing."""

    phase: RunPhase
    since: datetime
    attempt: int
    next_attempt_at: datetime | None = None
    made: tuple[AttemptMade, ...] = ()
    """The attempts so far, including the one in progress."""
    taken_up: datetime | None = None
    """When the run reached a worker."""
    waiting_for: str = ""
    """The limit that it waits for."""

    @property
    def begun(self) -> int:
        """How many attempts began."""
        return self.attempt if self.phase is RunPhase.ATTEMPTING else self.attempt - 1

    @property
    def started_at(self) -> datetime | None:
        """When the first attempt began or, if that is unknown, when the run reached a worker."""
        if not self.begun:
            return None
        known = self.made[0].started_at if self.made and self.made[0].attempt == 1 else None
        return known or self.taken_up


async def progress(
    temporal: Temporal,
    described: WorkflowExecutionDescription,
    history: RunHistory,
    *,
    due: datetime,
) -> Progress:
    """What a run in progress that was due at `due` is doing.

    Needs only the description and the history, plus one call for a child.

    Raises:
        RPCError.
    """
    raw = described.raw_description
    taken_up = _taken_up(described, history, due)
    for activity in raw.pending_activities:
        found = await _of_activity(temporal, activity, history)
        return replace(_with_current(found), taken_up=taken_up)
    for child in raw.pending_children:
        found = await _of_child(temporal, child, due)
        return replace(_with_current(found), taken_up=taken_up)
    last = history.last
    if last is not None and history.timer_until is not None:
        return Progress(
            RunPhase.BACKING_OFF,
            last.finished_at,
            last.attempt + 1,
            next_attempt_at=history.timer_until,
            made=last.made,
        )
    number = last.attempt + 1 if last else 1
    made = last.made if last else ()
    if taken_up is None or last is not None:
        scheduled = raw.pending_workflow_task.original_scheduled_time
        since = instant_of(scheduled) if raw.HasField("pending_workflow_task") else due
        return Progress(RunPhase.WAITING_FOR_WORKER, max(since, due), number, made=made)
    return _with_current(Progress(RunPhase.ATTEMPTING, max(taken_up, due), number, made=made))


def _with_current(found: Progress) -> Progress:
    if found.phase is not RunPhase.ATTEMPTING:
        return found
    this = AttemptMade(attempt=found.attempt, started_at=found.since)
    return replace(found, made=(*found.made, this))


async def _of_activity(
    temporal: Temporal, pending: PendingActivityInfo, history: RunHistory
) -> Progress:
    number = history.attempts_before + pending.attempt
    beat = await _beat(temporal, pending)
    made = await _made(temporal, pending, history, beat)
    if in_progress(pending):
        since = instant_of(pending.last_started_time)
        phase = RunPhase.ATTEMPTING
        if beat is not None and beat.attempt == number and beat.since >= since:
            since = beat.since
            if beat.waiting:
                words = _full(beat.taken, pending.last_worker_identity) if beat.taken else ""
                phase = RunPhase.WAITING_FOR_PLACE
                return Progress(phase, since, number, made=made, waiting_for=words)
        return Progress(phase, since, number, made=made)
    at = instant_of(pending.scheduled_time)
    if pending.attempt > 1 and at > temporal.now():
        since = instant_of(pending.last_attempt_complete_time)
        return Progress(RunPhase.BACKING_OFF, since, number, next_attempt_at=at, made=made)
    return Progress(RunPhase.WAITING_FOR_WORKER, at, number, made=made)


def _full(taken: PlacesTaken, worker: str) -> str:
    of = "places" if taken.name == naming.COMMAND_PLACES else f"places for calls to {taken.name}"
    waiting = "1 waits" if taken.waiting == 1 else f"{taken.waiting} wait"
    return f"{taken.held} of {taken.places} {of} of worker {worker} are taken, {waiting}."


async def _made(
    temporal: Temporal, pending: PendingActivityInfo, history: RunHistory, beat: Beat | None
) -> tuple[AttemptMade, ...]:
    """The attempts before the current or next one."""
    made = beat.made if beat and beat.made else history.made_before
    if not pending.HasField("last_failure"):
        return made
    number = history.attempts_before + pending.attempt - 1
    if made and made[-1].attempt >= number:
        return made
    failure = pending.last_failure
    left = await attempt_failure(temporal.client, failure)
    if left is not None and left.made:
        return left.made
    said = await opened(temporal.client.data_converter, failure)
    error = RunError(
        type=said.application_failure_info.type or "Failed", message=said.message[:200]
    )
    ended_at = instant_of(pending.last_attempt_complete_time)
    return (*made, AttemptMade(attempt=number, ended_at=ended_at, error=error))


async def _beat(temporal: Temporal, pending: PendingActivityInfo) -> Beat | None:
    """The last heartbeat of one of our own activities; None for other people's."""
    details = pending.heartbeat_details.payloads
    if not details or not pending.activity_type.name.startswith(RESERVED_PREFIX):
        return None
    try:
        return await decoded(temporal.client, details, Beat)
    except ValidationError:
        return None


async def _of_child(
    temporal: Temporal, child: PendingChildExecutionInfo, due: datetime
) -> Progress:
    if not child.run_id:
        # The child was requested, but has not started yet.
        return Progress(RunPhase.WAITING_FOR_WORKER, due, 1)
    handle = temporal.client.get_workflow_handle(child.workflow_id)
    events = handle.fetch_history_events(page_size=20, rpc_timeout=temporal.rpc_timeout)
    await temporal.ask(events.fetch_next_page())
    first = list(events.current_page or ())
    number = first[0].workflow_execution_started_event_attributes.attempt if first else 1
    begun = first_task_began(first)
    if begun is not None:
        return Progress(RunPhase.ATTEMPTING, begun, number)
    wait = first[0].workflow_execution_started_event_attributes.first_workflow_task_backoff
    since = instant_of(first[0].event_time) if first else due
    if number > 1 and since + wait.ToTimedelta() > temporal.now():
        at = since + wait.ToTimedelta()
        return Progress(RunPhase.BACKING_OFF, since, number, next_attempt_at=at)
    return Progress(RunPhase.WAITING_FOR_WORKER, since, number)


def _taken_up(
    described: WorkflowExecutionDescription, history: RunHistory, due: datetime
) -> datetime | None:
    """When a worker got the workflow task that begins the run; None if none has it."""
    task = described.raw_description.pending_workflow_task
    begun = [at for at in history.tasks_done if at >= due - LEAD]
    if task.state == PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED:
        begun.append(instant_of(task.started_time))
    return min(begun, default=None)
