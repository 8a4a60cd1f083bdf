"""Reads a workflow's whole history, which needs neither a worker nor a list."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType
from temporalio.api.update.v1 import Request
from temporalio.client import Client, WorkflowHistory

from onthedot.scheduling.stored.task_change import Change, ChangeKind, apply_change
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import TaskDefinition
from onthedot.service.temporal.raw_rows import decoded


async def definition_history(client: Client, history: WorkflowHistory) -> list[TaskState | Change]:
    """The state that a task was registered with, then every accepted change, oldest first."""
    entries: list[TaskState | Change] = []
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            started = event.workflow_execution_started_event_attributes
            entries.append(await decoded(client, started.input.payloads, TaskState))
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            accepted = event.workflow_execution_update_accepted_event_attributes
            change = await _change(client, accepted.accepted_request)
            if change.kind is not ChangeKind.DELETE:
                entries.append(change)
    return entries


async def latest_definition(client: Client, history: WorkflowHistory) -> TaskDefinition:
    """The definition after the last accepted change."""
    state, *later = await definition_history(client, history)
    assert isinstance(state, TaskState)
    for change in later:
        assert isinstance(change, Change)
        state = apply_change(state, change, at=change.not_after)
    return state.definition


async def _change(client: Client, request: Request) -> Change:
    return await decoded(client, request.input.args.payloads, Change)


def instant_of(stamp: Timestamp) -> datetime:
    """The instant of a protobuf timestamp, in UTC."""
    return stamp.ToDatetime(tzinfo=UTC)
