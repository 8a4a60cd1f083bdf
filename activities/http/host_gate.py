"""A limit on the calls in flight to one host, so that a slow receiver does not delay the others.

1. A call takes one of its host's places, or waits for one, first come first served.
2. A local attempt never waits, since it would hold a workflow task: it gives up as `Deferred`, and
   the workflow tries again with an ordinary activity, which waits at little cost.
3. A host that was slow recently counts as full for local attempts, even when places are free.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType

from onthedot.activities.attempts.failed import AttemptFailed, Fault
from onthedot.scheduling.stored.attempt import PLACE_WAIT
from onthedot.scheduling.stored.live import PlacesTaken

#: How many hosts are remembered before idle ones are forgotten.
_REMEMBERED_HOSTS = 1024


@dataclass
class _Host:
    places: asyncio.Semaphore
    waiting: int = 0
    #: When each call in flight began; the first is the oldest.
    began: dict[object, float] = field(default_factory=dict)
    slow_until: float = 0.0


class Place:
    """A place that is taken on entering the block (see `HostGate.held`) and freed on leaving."""

    def __init__(self, gate: HostGate, name: str, *, local: bool) -> None:
        self._gate = gate
        self._name = name
        self._held = gate.held(name, local=local)

    def taken(self) -> PlacesTaken:
        """How full the host is."""
        return self._gate.taken(self._name)

    async def __aenter__(self) -> None:
        await self._held.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return await self._held.__aexit__(kind, error, traceback)


class HostGate:
    """The places of one worker, by host."""

    def __init__(
        self,
        *,
        in_flight: int = 50,
        local_in_flight: int = 40,
        slow_after: timedelta = timedelta(seconds=1),
        slow_for: timedelta = timedelta(seconds=60),
        wait: timedelta = PLACE_WAIT,
        name: str = "calls",
        is_one: bool = False,
    ) -> None:
        """Sets the limits.

        Args:
            name: what the places are for, in reports of how full they are.
            is_one: all places share one limit, as if there were one host.
            in_flight: calls to one host at once.
            local_in_flight: with this many in flight, a local attempt is deferred.
            slow_after: a longer call marks its host as slow,
            slow_for: for this long, or until a quicker call.
            wait: how long an ordinary attempt waits for a place.
        """
        self.name = name
        self.is_one = is_one
        self.in_flight = in_flight
        self._local_in_flight = min(local_in_flight, in_flight)
        self._slow_after = slow_after.total_seconds()
        self._slow_for = slow_for.total_seconds()
        self._wait = wait.total_seconds()
        self._hosts: dict[str, _Host] = {}

    def place(self, name: str, *, local: bool) -> Place:
        """A place at the host `name`, held while a block runs."""
        return Place(self, name, local=local)

    def taken(self, name: str) -> PlacesTaken:
        """How full one host is."""
        host = self._host(name)
        return PlacesTaken(
            name=name, held=len(host.began), places=self.in_flight, waiting=host.waiting
        )

    def all_taken(self) -> PlacesTaken:
        """How many places are held, and how many calls wait, over all hosts."""
        hosts = self._hosts.values()
        return PlacesTaken(
            name=self.name,
            held=sum(len(host.began) for host in hosts),
            places=self.in_flight if self.is_one else None,
            waiting=sum(host.waiting for host in hosts),
        )

    @asynccontextmanager
    async def held(self, name: str, *, local: bool) -> AsyncIterator[None]:
        """Hold a place while the block runs.

        Raises:
            AttemptFailed: `Deferred`; immediately if `local`, else after the longest wait.
        """
        host = self._host(name)
        if local and self._full_for_local(host):
            raise AttemptFailed(Fault.DEFERRED, f"{name} is busy or slow; retrying as an activity.")
        host.waiting += 1
        try:
            async with asyncio.timeout(self._wait):
                await host.places.acquire()
        except TimeoutError:
            raise AttemptFailed(
                Fault.DEFERRED,
                f"{name} had {self.in_flight} calls in flight for {self._wait:.0f} s.",
            ) from None
        finally:
            host.waiting -= 1
        call, began = object(), time.monotonic()
        host.began[call] = began
        try:
            yield
        finally:
            del host.began[call]
            host.places.release()
            now = time.monotonic()
            host.slow_until = now + self._slow_for if now - began > self._slow_after else 0.0

    def _host(self, name: str) -> _Host:
        if name not in self._hosts:
            if len(self._hosts) >= _REMEMBERED_HOSTS:
                self._hosts = {n: h for n, h in self._hosts.items() if h.began or h.waiting}
            self._hosts[name] = _Host(asyncio.Semaphore(self.in_flight))
        return self._hosts[name]

    def _full_for_local(self, host: _Host) -> bool:
        if host.waiting or len(host.began) >= self._local_in_flight:
            return True
        now = time.monotonic()
        oldest = next(iter(host.began.values()), now)
        return now < host.slow_until or now - oldest > self._slow_after
