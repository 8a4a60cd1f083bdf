"""Writes recurring tasks straight into Temporal, with or without a running worker."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.datasets.fleet import registered
from benchmarks.instruments.in_flight import in_flight
from benchmarks.sides.stack import Stack
from benchmarks.sides.temporal_client import connected
from onthedot.plugin import OnTheDotPlugin
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.connection import prepare_namespace


async def prepared(stack: Stack) -> Temporal:
    """A stack's Temporal, once it is up and prepared. Raises Void if it does not start."""
    await prepare_namespace(await connected(stack), stack.settings)
    return Temporal(await connected(stack, OnTheDotPlugin()), stack.settings)


async def seed(
    temporal: Temporal, tasks: int, definition: Callable[[int], dict[str, object]]
) -> float:
    """Register `tasks` tasks, defined by `definition(number)`. Returns the seconds it took."""

    async def one(number: str) -> None:
        await registered(temporal, definition(int(number)))

    return await in_flight(one, [str(number) for number in range(tasks)])
