"""A client of a stack's Temporal."""

from __future__ import annotations

import asyncio

from temporalio.client import Client, Plugin

from benchmarks.errors import Void
from benchmarks.sides.stack import Stack

_PATIENCE_SECONDS = 5


async def connected(stack: Stack, *plugins: Plugin) -> Client:
    """A client with these plug-ins, as soon as Temporal and its namespace are there. Raises
    Void where they do not come."""
    for _ in range(600):
        stack.check()
        try:
            # One that is only just starting may leave a call unanswered.
            async with asyncio.timeout(_PATIENCE_SECONDS):
                client = await Client.connect(stack.address, plugins=plugins)
                await client.count_workflows("")
        except Exception:
            await asyncio.sleep(0.1)
        else:
            return client
    raise Void("Temporal did not come up.")
