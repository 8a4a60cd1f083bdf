"""Live data: one read for all viewers of the same data, repeated while there are any."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from nicegui.client import Client
from nicegui.element import Element

from onthedot.scheduling.errors import OnTheDotError

T = TypeVar("T")

_LOG = logging.getLogger("onthedot.ui")

#: How long (seconds), and for how many pages, the last value is kept once nobody watches.
_KEPT = 300.0
_MOST_KEPT = 40

#: After this many seconds (or reads) without anything new, the pause between reads grows by this
#: factor.
_CALM_AFTER = 30
_CALMER = 5

#: Seconds until a read that failed for the first time is repeated.
_SECOND_TRY = 0.3

Tell = Callable[["Seen[Any]"], None]


@dataclass(frozen=True)
class Seen(Generic[T]):
    """The last value, and the error of a later read, if it failed."""

    value: T | None = None
    error: OnTheDotError | None = None


def _is_like(value: Any, last: Any) -> bool:
    """Whether another value means the same, which the value itself decides."""
    return type(value) is type(last) and hasattr(value, "is_like") and bool(value.is_like(last))


@dataclass
class _Watch:
    fetch: Callable[[], Awaitable[Any]]
    every: timedelta
    listeners: list[Tell] = field(default_factory=list)
    seen: Seen[Any] | None = None
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.Task[None] | None = None
    failures: int = 0
    unchanged: int = 0
    """Reads in a row that found nothing new."""

    async def run(self) -> None:
        while True:
            if self.hurry.is_set():
                self.unchanged = 0
            self.hurry.clear()
            began = asyncio.get_running_loop().time()
            await self.read()
            took = asyncio.get_running_loop().time() - began
            try:
                await asyncio.wait_for(self.hurry.wait(), self.pause(took))
            except TimeoutError:
                continue

    def pause(self, took: float) -> float:
        """Seconds until the next read, after one that took this long."""
        if self.failures == 1:
            return _SECOND_TRY
        every = self.every.total_seconds()
        if self.unchanged * max(1.0, every) >= _CALM_AFTER:
            # An open page where nothing happens should cost almost nothing.
            every *= _CALMER
        # If Temporal is slow, ask less often.
        return max(every - took, took)

    async def read(self) -> None:
        last = self.seen.value if self.seen else None
        try:
            value = await self.fetch()
            self.failures = 0
            self.unchanged += 1
            if self.seen is None or self.seen.error is not None or value != last:
                if not _is_like(value, last):
                    self.unchanged = 0
                # The same object shows pages that there is nothing to draw.
                self.seen = Seen(value)
        except OnTheDotError as error:
            self.failures += 1
            if error.retryable and self.failures == 1:
                # A single late response is not an outage.
                return
            self.seen = Seen(last, error)
        except Exception:
            _LOG.exception("a live read failed")
            self.seen = Seen(last, OnTheDotError("Reading failed. The server's log says why."))
        for tell in tuple(self.listeners):
            tell(self.seen)


class Watches:
    """All that is being watched in this process."""

    def __init__(self) -> None:
        self._watches: dict[Hashable, _Watch] = {}
        self._left: dict[Hashable, tuple[float, Any]] = {}
        self.of_pages: WeakKeyDictionary[Client, WeakSet[Live[Any]]] = WeakKeyDictionary()
        """What each open page watches."""
        self._hidden: WeakSet[Client] = WeakSet()

    def looked_at(self, page: Client, *, looked: bool) -> None:
        """Note whether a page is visible: nothing is read for a hidden one."""
        if looked:
            self._hidden.discard(page)
        else:
            self._hidden.add(page)
        self._turn(page, on=looked)

    def connected(self, page: Client, *, connected: bool) -> None:
        """Note whether a page is connected; a closed or unreachable one may be kept for a while."""
        self._turn(page, on=connected and page not in self._hidden)

    def _turn(self, page: Client, *, on: bool) -> None:
        for live in tuple(self.of_pages.get(page, ())):
            if on:
                live.wake()
            else:
                live.rest()

    def subscribe(
        self, key: Hashable, fetch: Callable[[], Awaitable[Any]], every: timedelta, tell: Tell
    ) -> Callable[[], None]:
        """Call `tell` with each value from `fetch`, until the returned function is called: with the
        same `Seen` object as long as the value is the same.

        Subscribers with the same `key` share the reads, and get the last value immediately.
        """
        watch = self._watches.get(key)
        if watch is None:
            watch = self._watches[key] = _Watch(fetch, every, seen=self._last(key))
            watch.loop = asyncio.create_task(watch.run(), name=f"watch {key!r}")
        watch.listeners.append(tell)
        if watch.seen is not None:
            tell(watch.seen)

        def stop() -> None:
            watch.listeners.remove(tell)
            if not watch.listeners and self._watches.get(key) is watch:
                del self._watches[key]
                self._keep(key, watch.seen)
                if watch.loop is not None:
                    watch.loop.cancel()

        return stop

    def _keep(self, key: Hashable, seen: Seen[Any] | None) -> None:
        """Keep the value for viewers who return, while it is read again."""
        if seen is not None and seen.value is not None:
            self._left[key] = (time.monotonic(), seen.value)
            while len(self._left) > _MOST_KEPT:
                del self._left[next(iter(self._left))]

    def _last(self, key: Hashable) -> Seen[Any] | None:
        when, value = self._left.pop(key, (0.0, None))
        return Seen(value) if value is not None and time.monotonic() - when < _KEPT else None

    def hurry(self, key: Hashable | None = None) -> None:
        """Read everything, or the data with this key, again now, because something was changed."""
        for each, watch in self._watches.items():
            if key is None or each == key:
                watch.hurry.set()


class Live(Element, Generic[T]):
    """Keeps a part of a page up to date: `show` is called with each value, in its place."""

    def __init__(
        self,
        watches: Watches,
        key: Hashable,
        fetch: Callable[[], Awaitable[T]],
        show: Callable[[Seen[T]], Any],
        *,
        every: timedelta = timedelta(seconds=2),
        start: bool = True,
    ) -> None:
        super().__init__("template")
        self._watches = watches
        self._wanted = (key, fetch, every)
        self._show = show
        self._stop: Callable[[], None] | None = None
        self._rests = False
        watches.of_pages.setdefault(self.client, WeakSet()).add(self)
        if start:
            self.start()

    def start(self) -> None:
        """Start reading."""
        key, fetch, every = self._wanted
        self._stop = self._watches.subscribe(key, fetch, every, self._told)

    def rest(self) -> None:
        """Stop reading until `wake`."""
        if self._stop is not None:
            self.stop()
            self._rests = True

    def wake(self) -> None:
        """Resume reading after `rest`, and show the last value immediately."""
        if self._rests and not self.is_deleted:
            self._rests = False
            self.start()
            self._watches.hurry(self._wanted[0])

    def stop(self) -> None:
        """Stop reading."""
        self._rests = False
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _told(self, seen: Seen[T]) -> None:
        if self.is_deleted or self.parent_slot is None:
            return
        with self.parent_slot:
            self._show(seen)

    def _handle_delete(self) -> None:
        self.stop()
        super()._handle_delete()
