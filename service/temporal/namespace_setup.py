"""`onthedot setup-namespace`. Apart from the worker, which takes twice as long to import."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from time import monotonic

from temporalio.service import RPCError

from onthedot.processes import StartError
from onthedot.scheduling.outages import TemporalRefuses
from onthedot.service.temporal.connection import address, connect, is_refusal, prepare_namespace
from onthedot.settings import Settings

_PATIENCE = timedelta(seconds=60)


async def set_up_namespace(settings: Settings) -> None:
    """Prepares the namespace; waits up to a minute for Temporal. Raises StartError if Temporal does
    not respond, SettingsError if the namespace is unsuitable.
    """
    limit = monotonic() + _PATIENCE.total_seconds()
    while True:
        try:
            client = await connect(settings)
            await prepare_namespace(client, settings)
        except (RuntimeError, RPCError) as error:
            if is_refusal(error):
                raise StartError(str(TemporalRefuses(address()))) from error
            if isinstance(error, RPCError):
                raise
            if monotonic() > limit:
                raise StartError(f"Temporal does not respond ({error}).") from error
            await asyncio.sleep(0.1)
        else:
            return
