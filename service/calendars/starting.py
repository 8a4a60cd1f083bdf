"""Starts the workflow that keeps a calendar."""

from __future__ import annotations

from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from onthedot import naming
from onthedot.access.audit_log import note
from onthedot.naming import attributes
from onthedot.scheduling.calendars.content import CalendarContent
from onthedot.scheduling.stored.calendar_state import CalendarRow, CalendarState
from onthedot.service.calendars.resolving import ResolvedContent
from onthedot.service.temporal.calls import Temporal


async def started(
    temporal: Temporal, name: str, content: CalendarContent, resolved: ResolvedContent, *, by: str
) -> bool:
    """Whether this call created it. A calendar under a deleted name continues its revisions."""
    before = await temporal.ask(temporal.calendars.find(name))
    now = temporal.now()
    made = CalendarState(
        name=name,
        content=content,
        resolved=resolved.days,
        created_at=now,
        updated_at=now,
        updated_by=by,
    )
    if before is not None:
        made = before.state.changed(content=content, resolved=resolved.days, at=now, by=by)
    state = made.model_copy(
        update={
            "deleted": False,
            "source": resolved.source,
            "problem": resolved.problem,
            "checked_at": None,
            "calendars": dict(resolved.calendars),
            "not_after": temporal.expiry(temporal.rpc_timeout),
        }
    )
    try:
        await temporal.ask(
            temporal.client.start_workflow(
                naming.CALENDAR,
                state,
                id=naming.calendar(name),
                task_queue=temporal.task_queue,
                task_timeout=naming.TASK_TIMEOUT,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                memo={naming.CALENDAR_MEMO: CalendarRow.of(state)},
                search_attributes=attributes.calendar_attributes(state),
                static_summary=f"Calendar {name}: {content.kind}",
                rpc_timeout=temporal.rpc_timeout,
            )
        )
    except WorkflowAlreadyStartedError:
        return False
    note(name, before=state.revision - 1, after=state.revision)
    return True
