"""Recurring tasks, straight into Temporal: a worker that runs takes them up, else they are listed
all the same."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.fleet import registered
from benchmarks.in_flight import in_flight
from benchmarks.sides.stack import Stack
from benchmarks.sides.temporal_client import connected
from onthedot.plugin import OnTheDotPlugin
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.connection import prepare_namespace


async def prepared(stack: Stack) -> Temporal:
    """A stack's Temporal, as soon as it is up and prepared. Raises Void where it does not come."""
    await prepare_namespace(await connected(stack), stack.settings)
    return Temporal(await connected(stack, OnTheDotPlugin()), stack.settings)


async def seed(
    temporal: Temporal, tasks: int, definition: Callable[[int], dict[str, object]]
) -> float:
    """Register so many tasks, each as `definition` has it by its number; in how many seconds."""

    async def one(number: str) -> None:
        await registered(temporal, definition(int(number)))

    return await in_flight(one, [str(number) for number in range(tasks)])
