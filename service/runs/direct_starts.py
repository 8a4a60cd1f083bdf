"""Starts a run that no schedule starts."""

from __future__ import annotations

from onthedot import naming
from onthedot.access.audit_log import note
from onthedot.naming import attributes
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.outages import NamespaceUnprepared, TemporalUnavailable, Unconfirmed
from onthedot.scheduling.run import Links, RunStatus, ShortRun
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.service.temporal.calls import Temporal


async def start_run(
    temporal: Temporal, order: RunOrder, workflow_id: str, *, note_of_caller: str = ""
) -> ShortRun:
    """Start a run immediately; `order.scheduled_for` is required.

    Raises:
        TemporalUnavailable: it was not started; `Unconfirmed` if that is not certain.
    """
    assert order.scheduled_for is not None
    try:
        handle = await temporal.ask(
            temporal.client.start_workflow(
                naming.TASK_RUN,
                order,
                id=workflow_id,
                task_queue=temporal.task_queue,
                task_timeout=naming.TASK_TIMEOUT,
                memo=attributes.run_memo(order, note_of_caller),
                search_attributes=attributes.run_attributes(order),
                static_summary=attributes.run_summary(order),
            )
        )
    except NamespaceUnprepared:
        raise
    except TemporalUnavailable as error:
        said = f"The run may start anyway: GET /tasks/{order.task_id}/runs lists it if it does."
        raise Unconfirmed(temporal.address, said) from error
    execution = handle.first_execution_run_id or ""
    note(order.task_id, started=RunAddress(workflow_id, execution).run_id)
    return ShortRun(
        id=RunAddress(workflow_id, execution).run_id,
        task_id=order.task_id,
        task_name=order.name,
        status=RunStatus.RUNNING,
        scheduled_for=order.scheduled_for,
        cause=order.cause,
        requested_by=order.requested_by,
        note=note_of_caller,
        links=Links(temporal_ui=temporal.ui_link(workflow_id, execution)),
    )
