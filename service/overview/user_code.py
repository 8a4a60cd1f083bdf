"""Asks a worker which activities and workflows are registered."""

from __future__ import annotations

import secrets
from datetime import timedelta

from temporalio.client import ActivityFailureError
from temporalio.service import RPCError

from onthedot import naming
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.stored.user_code import Registered
from onthedot.service.temporal.calls import Temporal

#: Users would rather type a name than wait longer for the list.
_PATIENCE = timedelta(seconds=1.5)


async def registered(temporal: Temporal) -> Registered:
    """The names of users' activities and workflows; empty if no worker answers in time."""
    call = temporal.client.execute_activity(
        naming.REGISTERED,
        id=f"onthedot-registered-{secrets.token_hex(6)}",
        task_queue=temporal.task_queue,
        result_type=Registered,
        schedule_to_close_timeout=_PATIENCE,
    )
    try:
        return await temporal.ask(call)
    except (ActivityFailureError, RPCError, TemporalUnavailable):
        return Registered()
