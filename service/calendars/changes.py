"""Passes a change to a calendar, or reports why that failed."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.access.audit_log import note
from onthedot.scheduling.errors import CalendarChanged, OnTheDotError
from onthedot.scheduling.outages import NoWorker
from onthedot.scheduling.stored.calendar_state import (
    CalendarChange,
    CalendarState,
    RefusedCalendarChange,
)
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.updates import answered, sent, why_hopeless

_LOOK_EVERY = timedelta(seconds=0.5)


async def execute(temporal: Temporal, name: str, change: CalendarChange) -> CalendarState | None:
    """Make the calendar carry out a change; returns its new state, None if it is gone.

    Raises:
        CalendarChanged: it is at another revision than the change is meant for.
        NoWorker: no worker picked up the change before it expired.
    """
    try:
        state = await answered(_carried_out(temporal, name, change), _until_hopeless(temporal))
    except WorkflowUpdateFailedError as error:
        _raise_refusal(error, name, temporal)
        return None
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        raise NoWorker(temporal.task_queue, idle=False) from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        with temporal.translated():
            raise
        raise
    note(name, before=state.revision - 1, after=state.revision)
    return state


async def _carried_out(temporal: Temporal, name: str, change: CalendarChange) -> CalendarState:
    handle = temporal.client.get_workflow_handle(naming.calendar(name))

    def send(update_id: str) -> Awaitable[CalendarState]:
        return handle.execute_update(
            naming.CHANGE,
            change,
            id=update_id,
            result_type=CalendarState,
            rpc_timeout=2 * temporal.change_timeout,
        )

    return await sent(send)


async def _until_hopeless(temporal: Temporal) -> OnTheDotError:
    """Return the reason as soon as no answer can come any more; at the latest at expiry."""
    for _ in range(int(temporal.change_timeout / _LOOK_EVERY)):
        if (reason := await why_hopeless(temporal, "calendar")) is not None:
            return reason
    return NoWorker(temporal.task_queue, idle=False)


def _raise_refusal(error: WorkflowUpdateFailedError, name: str, temporal: Temporal) -> None:
    """Raise the error for a refusal; return if the calendar was deleted."""
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        raise error
    match cause.type:
        case RefusedCalendarChange.REVISION:
            raise CalendarChanged(name, int(cause.details[0] if cause.details else 0)) from error
        case RefusedCalendarChange.EXPIRED:
            raise NoWorker(temporal.task_queue) from error
        case RefusedCalendarChange.DELETED:
            return
        case _:
            raise error
