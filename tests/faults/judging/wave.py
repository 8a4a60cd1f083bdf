"""Tasks that wait, fire and run during a fault, and what must become of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.judging.receiving import Receiving
from tests.faults.system import System
from tests.waiting import wait_until

#: Enough for an attempt to be lost at every turn of a fault.
_RETRY = {"max_attempts": 20, "initial_interval": "PT0.2S", "backoff": 1.0}
_EVERY = timedelta(seconds=2)
_SECOND = timedelta(seconds=1)
#: Registering takes about a second where nothing else runs.
_LEAD = timedelta(seconds=2.5)
#: What one-time tasks call in turn. The last is so slow that ordinary activities carry it out; it
#: has a host of its own, so that it does not turn the others into such.
_QUICK = (("127.0.0.1", "/ok"), ("127.0.0.1", "/slow?seconds=0.6"))
_SLOW = ("localhost", "/slow?seconds=1.5")


@dataclass(frozen=True)
class Answer:
    """The response to a registration; status 0 if the server could not be reached."""

    task: str
    status: int
    at: float
    seconds: float


@dataclass
class Wave:
    """Tasks whose names begin alike.

    `expected` holds each occurrence of each task whose registration was attempted.
    """

    system: System
    receiving: Receiving
    name: str = field(default_factory=lambda: f"w{uuid4().hex[:8]}")
    expected: dict[str, set[datetime]] = field(default_factory=dict)
    repeating: set[str] = field(default_factory=set)
    """The recurring ones among them."""
    answers: list[Answer] = field(default_factory=list)
    slow: bool = False
    """Whether every third one-time task calls what takes long."""
    _numbers: Iterator[int] = field(default_factory=count)

    def register(
        self, *, once: int = 50, recurring: int = 4, span: timedelta = timedelta(seconds=4)
    ) -> float:
        """Registers tasks that are due one after the other for `span`.

        Returns when the first of them is due, in seconds since 1970. A very busy machine may refuse
        a few.
        """
        begin = datetime.now(UTC) + _LEAD
        odd = odd_after(begin)
        with ThreadPoolExecutor(8) as pool:
            for number in range(recurring):
                overlap = ("allow_all", "buffer_all")[number % 2]
                pool.submit(self.recurring, odd, odd + max(span, _EVERY), overlap)
            for number in range(once):
                pool.submit(self.once, begin + span * number / once)
        assert len(self.registered()) > once // 2, self.refused()
        return begin.timestamp()

    @contextmanager
    def keep_registering(self) -> Iterator[None]:
        """Registers five tasks a second while the block runs, whatever the responses."""
        stop = threading.Event()

        def post() -> None:
            with ThreadPoolExecutor(12) as pool:
                for number in count():
                    if stop.wait(0.2):
                        return
                    soon = datetime.now(UTC) + timedelta(seconds=2)
                    if number % 4:
                        pool.submit(self.once, soon)
                    else:
                        pool.submit(
                            self.recurring, odd_after(soon), odd_after(soon) + _EVERY, "allow_all"
                        )

        poster = threading.Thread(target=post)
        poster.start()
        try:
            yield
        finally:
            stop.set()
            poster.join()

    def wait_for_registration(self) -> None:
        """Returns once a new task was registered successfully."""
        known = set(self.expected)
        wait_until(lambda: set(self.registered()) - known, "a registration succeeds again")

    def once(
        self, due: datetime, path: str = "", host: str = "127.0.0.1", timeout: str = "PT30S"
    ) -> str:
        """Tries to register a call of `path` at `due`; returns the task's id."""
        due = due.replace(microsecond=due.microsecond // 1000 * 1000)
        task = self._next()
        if not path:
            paths = (*_QUICK, _SLOW) if self.slow else _QUICK
            host, path = paths[int(task.rpartition("-")[2]) % len(paths)]
        action = {"kind": "http", "url": self.receiving.url(path, host)}
        self.post(task, {due}, {"kind": "once", "at": due.isoformat()}, action, timeout=timeout)
        return task

    def recurring(self, start: datetime, end: datetime, overlap: str) -> str:
        """Tries to register a task that is due every even second between two odd ones."""
        task = self._next()
        self.repeating.add(task)
        trigger = {
            "kind": "interval",
            "every": _EVERY.total_seconds(),
            "start_at": start.isoformat(),
            "end_at": end.isoformat(),
        }
        action = {"kind": "http", "url": self.receiving.url("/slow?seconds=0.3")}
        dues = {start + _SECOND + _EVERY * number for number in range((end - start) // _EVERY)}
        self.post(task, dues, trigger, action, overlap=overlap)
        return task

    def post(
        self,
        task: str,
        dues: set[datetime],
        trigger: Mapping[str, Any],
        action: Mapping[str, Any],
        **more: Any,
    ) -> None:
        """Tries to register one task, and notes the response."""
        self.expected[task] = dues
        body = {"id": task, "trigger": trigger, "action": action, "retry": _RETRY, **more}
        began = time.time()
        try:
            status = self.system.client.post("/tasks", json=body).status_code
        except httpx.HTTPError:
            status = 0
        self.answers.append(Answer(task, status, time.time(), time.time() - began))

    def forget_before_registration(self, task: str) -> None:
        """Drops what a recurring task missed because this machine was too busy to register it."""
        if task in self.repeating:
            answer = self.system.get(f"/tasks/{task}").json()
            made = datetime.fromisoformat(answer["created_at"])
            self.expected[task] = {due for due in self.expected[task] if due > made}

    def end(self) -> datetime:
        """When the last occurrence is due."""
        return max(due for dues in self.expected.values() for due in dues)

    def registered(self) -> list[str]:
        """The tasks that got a 201."""
        return [answer.task for answer in self.answers if answer.status == 201]

    def refused(self) -> list[Answer]:
        """The registrations that did not."""
        return [answer for answer in self.answers if answer.status != 201]

    def _next(self) -> str:
        return f"{self.name}-{next(self._numbers)}"


def odd_after(at: datetime) -> datetime:
    """The first odd second after `at`, so that no occurrence of an even one is near a bound."""
    whole = at.replace(microsecond=0)
    return whole + _SECOND * (2 if at.second % 2 else 1)


def sleep_until(at: float) -> None:
    """Waits for an instant, in seconds since 1970."""
    time.sleep(max(0.0, at - time.time()))
