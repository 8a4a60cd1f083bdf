"""`python -m tests.archive.exporting ADDRESS NAMESPACE DIRECTORY`: writes the archive once."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from temporalio.client import Client

from onthedot.plugin import OnTheDotPlugin
from onthedot.service.archive import exporter
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings


async def main(address: str, namespace: str, directory: str) -> None:
    # Many steps, between which it may be killed.
    exporter._CHUNK = 3
    client = await Client.connect(address, namespace=namespace, plugins=[OnTheDotPlugin()])
    await exporter.Exporter(Temporal(client, Settings()), Path(directory)).write_ended()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    os._exit(0)
