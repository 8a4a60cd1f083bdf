"""The service's calls to Temporal: their time limits, its clock, and the meaning of errors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TypeVar

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, RPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from onthedot.activities.calendars.stored import StoredCalendars
from onthedot.scheduling.outages import NamespaceUnprepared, TemporalRefuses, TemporalUnavailable
from onthedot.service.temporal.connection import is_refusal
from onthedot.settings import Settings

_LOG = logging.getLogger("onthedot.clock")
_MEASURE_EVERY_SECONDS = 60.0
_WORTH_SAYING = timedelta(seconds=2)


class TemporalClock:
    """How far Temporal's clock is ahead of ours; zero until measured.

    Registrations and changes carry an expiry, so that one that was answered 503 is not applied
    later. Temporal compares the expiry with its own clock. If ours were behind, everything would
    expire on arrival; so the difference is measured, at most once a minute.
    """

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self._measured: float | None = None

    @property
    def stale(self) -> bool:
        """Whether it is time to measure."""
        return self._measured is None or monotonic() - self._measured > _MEASURE_EVERY_SECONDS

    def theirs(self, ours: datetime) -> datetime:
        """Convert an instant of our clock to Temporal's."""
        return ours + self._ahead

    def learn(self, *, sent: datetime, answered: datetime, stamped: datetime) -> None:
        """Measure: by our clock, Temporal's timestamp was made between `sent` and `answered`.

        A timestamp between the two counts as agreement.
        """
        self._measured = monotonic()
        if sent <= stamped <= answered:
            self._ahead = timedelta(0)
        else:
            self._ahead = stamped - (answered if stamped > answered else sent)
        if abs(self._ahead) > _WORTH_SAYING:
            _LOG.warning(
                "Temporal's clock differs from this machine's by %.1f s. Keep both in step (NTP).",
                self._ahead.total_seconds(),
            )


T = TypeVar("T")

_AWAY = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    # Temporal's store has a fault; the message says "please retry".
    RPCStatusCode.UNKNOWN,
    RPCStatusCode.INTERNAL,
}

#: Part of Temporal's message about an unknown search attribute, in every call.
_ATTRIBUTE = "search attribute"


@dataclass(frozen=True)
class Temporal:
    """A client together with the settings it serves, and how long its calls may take."""

    client: Client
    settings: Settings
    rpc_timeout: timedelta = timedelta(seconds=1.5)
    """A read or a registration that takes longer results in a 503, within two seconds in all."""
    change_timeout: timedelta = timedelta(seconds=8)
    """How long a change waits for a worker, which is also when it expires."""
    clock: TemporalClock = field(default_factory=TemporalClock)
    _namespace_id: list[str] = field(default_factory=list)
    turn_at_freezes: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held during a change of a freeze, from reading to replacing it."""
    _calendars: list[StoredCalendars] = field(default_factory=list)

    @property
    def task_queue(self) -> str:
        """The task queue of this project's workers."""
        return self.settings.task_queue

    @property
    def calendars(self) -> StoredCalendars:
        """Reads and caches calendars."""
        if not self._calendars:
            self._calendars.append(StoredCalendars(self.client))
        return self._calendars[0]

    def now(self) -> datetime:
        """The current time; the only place that reads the clock."""
        return datetime.now(UTC)

    async def namespace_id(self) -> str:
        """Temporal's own id of the namespace, read once.

        Raises:
            TemporalUnavailable: see `translated`.
        """
        if not self._namespace_id:
            described = await self.ask(
                self.client.workflow_service.describe_namespace(
                    DescribeNamespaceRequest(namespace=self.client.namespace)
                )
            )
            self._namespace_id.append(described.namespace_info.id)
        return self._namespace_id[0]

    def expiry(self, within: timedelta | None = None) -> datetime:
        """When, by Temporal's clock, a change expires that is sent now and is answered 503 after
        `within`, by default `change_timeout`."""
        return self.clock.theirs(self.now()) + (within or self.change_timeout)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn outages of Temporal into a domain error; other errors pass.

        Raises:
            TemporalUnavailable: Temporal did not respond in time, or not at all; `TemporalRefuses`
                if it rejects this process's credentials.
        """
        try:
            yield
        except RPCError as error:
            if error.status in _AWAY:
                raise TemporalUnavailable(self.address) from error
            if is_refusal(error):
                raise TemporalRefuses(self.address) from error
            if error.status is RPCStatusCode.INVALID_ARGUMENT and _ATTRIBUTE in error.message:
                raise NamespaceUnprepared(self.address) from error
            raise
        except (RPCTimeoutOrCancelledError, TimeoutError) as error:
            raise TemporalUnavailable(self.address) from error
        except RuntimeError as error:
            if "connect" not in str(error).lower():
                raise
            if is_refusal(error):
                raise TemporalRefuses(self.address) from error
            raise TemporalUnavailable(self.address) from error

    async def ask(self, call: Awaitable[T], within: timedelta | None = None) -> T:
        """Await one call to Temporal, at most `within`, by default `rpc_timeout`.

        Raises:
            TemporalUnavailable: see `translated`.
        """
        with self.translated():
            async with asyncio.timeout((within or self.rpc_timeout).total_seconds()):
                return await call

    @property
    def address(self) -> str:
        """Where Temporal is, for messages."""
        return self.client.service_client.config.target_host

    def ui_link(self, workflow_id: str, execution: str = "") -> str:
        """The page of a workflow in Temporal's Web UI."""
        base = f"{self.settings.temporal_ui}/namespaces/{self.client.namespace}/workflows"
        return f"{base}/{workflow_id}/{execution}/history" if execution else f"{base}/{workflow_id}"
