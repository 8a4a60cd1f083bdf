"""The attempts at a child workflow: each retry is a separate workflow run."""

from __future__ import annotations

from datetime import datetime

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistoryEventFilterType

from onthedot.activities.attempts.events import first_task_began
from onthedot.scheduling.run import AttemptMade
from onthedot.scheduling.stored.run_order import Attempts

#: At most this many runs of a child are searched for the first one that a worker began.
_MOST_CHILDREN = 20


async def of_child(client: Client, workflow_id: str, run_id: str) -> Attempts:
    """Walk from the child's first run to the first one that began, and then to the last one."""
    never_begun = 0
    first: datetime | None = None
    while first is None and never_begun < _MOST_CHILDREN:
        events = await _first_events(client, workflow_id, run_id)
        first = first_task_began(events)
        if first is None:
            never_begun += 1
            run_id = await _successor(client, workflow_id, run_id)
            if not run_id:
                return Attempts(count=0)
    events = await _first_events(client, workflow_id, None)
    number = events[0].workflow_execution_started_event_attributes.attempt if events else 1
    last = first_task_began(events)
    count = max(number - never_begun - (0 if last else 1), 1)
    made = [AttemptMade(attempt=1, started_at=first)]
    if count > 1:
        made.append(AttemptMade(attempt=count, started_at=last))
    return Attempts(count=count, first_started_at=first, made=tuple(made))


async def _first_events(client: Client, workflow_id: str, run_id: str | None) -> list[HistoryEvent]:
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    events = handle.fetch_history_events(page_size=20)
    await events.fetch_next_page()
    return list(events.current_page or ())


async def _successor(client: Client, workflow_id: str, run_id: str) -> str:
    """The run that Temporal started after this one failed; empty if there is none."""
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    events = handle.fetch_history_events(
        event_filter_type=WorkflowHistoryEventFilterType.CLOSE_EVENT
    )
    await events.fetch_next_page()
    for event in events.current_page or ():
        timed_out = event.workflow_execution_timed_out_event_attributes.new_execution_run_id
        return timed_out or event.workflow_execution_failed_event_attributes.new_execution_run_id
    return ""
