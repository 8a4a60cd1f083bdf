"""What Temporal's events and descriptions show of attempts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType, PendingActivityState
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo

from onthedot import naming

#: The activities with which this project itself carries out actions.
OWN = frozenset({naming.HTTP, naming.COMMAND, naming.LOG})


def instant_of(stamp: Timestamp) -> datetime:
    """The instant of a protobuf timestamp, in UTC."""
    return stamp.ToDatetime(tzinfo=UTC)


def first_task_began(events: Iterable[HistoryEvent]) -> datetime | None:
    """When a worker first got a workflow task of this history; None if none did."""
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            return instant_of(event.event_time)
    return None


def in_progress(pending: PendingActivityInfo) -> bool:
    """Whether a worker has the activity, rather than waiting for its next attempt."""
    return pending.state in (
        PendingActivityState.PENDING_ACTIVITY_STATE_STARTED,
        PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED,
    )
