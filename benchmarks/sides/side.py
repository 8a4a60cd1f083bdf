"""What is measured on either side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from temporalio.client import Client

from benchmarks.sides.stack import Stack


class Side(Protocol):
    """One way to have Temporal make HTTP calls at set times, running on a stack of its own."""

    @property
    def stack(self) -> Stack:
        """Where it runs."""
        ...

    @property
    def client(self) -> Client:
        """For looking at what became of the runs."""
        ...

    @property
    def programs(self) -> Sequence[str]:
        """Its own processes."""
        ...

    @property
    def run_types(self) -> Sequence[str]:
        """The types of the workflows that are runs."""
        ...

    @property
    def refused(self) -> int:
        """Registrations that had to be sent again, so far, because Temporal was too busy."""
        ...

    async def start(self) -> None:
        """Starts its processes (again) and returns once they work."""
        ...

    async def close(self) -> None:
        """Lets go of connections; the stack ends the processes."""
        ...

    async def once(self, name: str, due: datetime) -> None:
        """Registers one call that sends `name` at `due`."""
        ...

    async def recurring(self, name: str, due: datetime) -> None:
        """Registers a call that sends `name` every day, at `due` the next time."""
        ...

    async def page(self) -> None:
        """Reads the first fifty of what waits."""
        ...
