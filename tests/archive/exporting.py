"""`python -m tests.archive.exporting ADDRESS NAMESPACE DIRECTORY`: writes the archive once."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from temporalio.client import Client

from onthedot.archive.writing import RunArchive
from onthedot.plugin import OnTheDotPlugin
from onthedot.scheduling.run import Run
from onthedot.service.archive import exporter
from onthedot.settings import Settings
from tests.waiting import at_load, patient


class _Slow(RunArchive):
    """Gives whoever wants to kill its process time to do so."""

    def add(self, runs: Iterable[Run]) -> None:
        super().add(runs)
        time.sleep(at_load(0.3))


async def main(address: str, namespace: str, directory: str) -> None:
    # Many steps, between which it may be killed.
    exporter._CHUNK = 3
    client = await Client.connect(address, namespace=namespace, plugins=[OnTheDotPlugin()])
    writer = exporter.Exporter(patient(client, Settings()), Path(directory))
    writer._archive = _Slow(Path(directory))
    await writer.write_ended()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    os._exit(0)
