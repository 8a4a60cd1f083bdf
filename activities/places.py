"""How many places for actions the workers of this process have, and how many are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakValueDictionary

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from onthedot.activities.http.host_gate import HostGate
from onthedot.activities.output.live import HeartbeatsShown, heartbeats_shown
from onthedot.scheduling.stored.live import PlacesTaken


class PlaceCounter(Interceptor):
    """For one worker: counts the activities that it holds.

    Args:
        places: how many it may hold at a time.
        activities: the worker's activities; waiting within the worker is counted too.
    """

    def __init__(
        self, task_queue: str, places: int, activities: Iterable[Callable[..., Any]]
    ) -> None:
        self.taken = 0
        self._places = places
        self._gates = _gates_of(activities)
        _workers[task_queue] = self

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Count the activities in progress."""
        return _Counting(next, self)

    def places(self) -> tuple[PlacesTaken, ...]:
        """How full the worker is."""
        gates = tuple(gate.all_taken() for gate in self._gates)
        waiting = sum(gate.waiting for gate in gates)
        own = PlacesTaken(name="actions", held=self.taken, places=self._places, waiting=waiting)
        return (own, *gates)


#: By task queue; the latest, if several were made for it: an earlier one may have stopped.
_workers: WeakValueDictionary[str, PlaceCounter] = WeakValueDictionary()


def places_taken(task_queue: str) -> tuple[PlacesTaken, ...]:
    """How full this process's worker for the queue is; empty if no worker polls it."""
    worker = _workers.get(task_queue)
    return worker.places() if worker else ()


class _Counting(ActivityInboundInterceptor):
    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        super().init(HeartbeatsShown(outbound))

    def __init__(self, next: ActivityInboundInterceptor, worker: PlaceCounter) -> None:
        super().__init__(next)
        self._worker = worker

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        # A local activity takes a workflow task's slot instead.
        if activity.info().is_local:
            return await self.next.execute_activity(input)
        self._worker.taken += 1
        try:
            with heartbeats_shown():
                return await self.next.execute_activity(input)
        finally:
            self._worker.taken -= 1


def _gates_of(activities: Iterable[Callable[..., Any]]) -> list[HostGate]:
    owners = {id(owner): owner for one in activities if (owner := getattr(one, "__self__", None))}
    found = (getattr(owner, "gate", None) for owner in owners.values())
    return [gate for gate in found if isinstance(gate, HostGate)]
