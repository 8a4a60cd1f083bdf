"""Someone else's Temporal worker that also runs the tasks of On the Dot.

    python -m examples.own_worker

Use this where you run workers of your own and want no further process.
"""

from __future__ import annotations

import asyncio

from temporalio.client import Client
from temporalio.worker import Worker

from examples.invoices import MonthlyClose, send_invoice
from onthedot.activities.permissions import Permissions
from onthedot.plugin import OnTheDotPlugin

#: What tasks may do on this worker's behalf is yours to say.
PLUGIN = OnTheDotPlugin(Permissions(allow_hosts=("localhost",)))


async def serve(client: Client, task_queue: str, until: asyncio.Event) -> None:
    """Poll `task_queue` until the event is set. The client's plug-in adds what tasks need."""
    worker = Worker(
        client, task_queue=task_queue, workflows=[MonthlyClose], activities=[send_invoice]
    )
    async with worker:
        await until.wait()


async def main() -> None:
    """Serve the local Temporal forever."""
    client = await Client.connect("127.0.0.1:7233", plugins=[PLUGIN])
    await serve(client, "onthedot", asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main())
