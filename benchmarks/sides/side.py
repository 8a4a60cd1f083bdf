"""What is measured on either side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from temporalio.client import Client

from benchmarks.sides.stack import Stack


class Side(Protocol):
    """A way to have Temporal make HTTP calls at given times, on its own stack."""

    @property
    def stack(self) -> Stack:
        """The stack that it runs on."""
        ...

    @property
    def client(self) -> Client:
        """For reading how the runs ended."""
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
        """Registrations that had to be repeated so far because Temporal was too busy."""
        ...

    async def start(self) -> None:
        """Starts its processes (again); returns once they work."""
        ...

    async def close(self) -> None:
        """Closes its connections; the stack ends the processes."""
        ...

    async def once(self, name: str, due: datetime) -> None:
        """Registers one call that sends `name` at `due`."""
        ...

    async def recurring(self, name: str, due: datetime) -> None:
        """Registers a call that sends `name` every day, next at `due`."""
        ...

    async def page(self) -> None:
        """Reads the first fifty waiting tasks."""
        ...
