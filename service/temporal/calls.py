"""The service's calls to Temporal: their time limits, and the meaning of errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TypeVar

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowExecutionDescription
from temporalio.service import RPCError, RPCStatusCode

from onthedot.activities.calendars.stored import StoredCalendars
from onthedot.scheduling.outages import NamespaceUnprepared, TemporalRefuses, TemporalUnavailable
from onthedot.service.temporal.clock import TemporalClock
from onthedot.service.temporal.connection import is_refusal
from onthedot.settings import Settings

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

    @property
    def task_queue(self) -> str:
        """The task queue of this project's workers."""
        return self.settings.task_queue

    @cached_property
    def calendars(self) -> StoredCalendars:
        """Reads and caches calendars."""
        return StoredCalendars(self.client)

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
                    DescribeNamespaceRequest(namespace=self.client.namespace), retry=True
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

    async def ask_or_none(self, call: Awaitable[T], within: timedelta | None = None) -> T | None:
        """The same; None if Temporal finds no such workflow or schedule."""
        try:
            return await self.ask(call, within)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

    async def described(
        self, workflow_id: str, within: timedelta | None = None
    ) -> WorkflowExecutionDescription | None:
        """The latest execution of a workflow; None if there is none."""
        return await self.ask_or_none(
            self.client.get_workflow_handle(workflow_id).describe(), within
        )

    async def count(self, query: str, within: timedelta | None = None) -> int:
        """How many workflows a visibility query finds."""
        return (await self.ask(self.client.count_workflows(query), within)).count

    @property
    def address(self) -> str:
        """Where Temporal is, for messages."""
        return self.client.service_client.config.target_host

    def ui_link(self, workflow_id: str, execution: str = "") -> str:
        """The page of a workflow in Temporal's Web UI."""
        base = f"{self.settings.temporal_ui}/namespaces/{self.client.namespace}/workflows"
        return f"{base}/{workflow_id}/{execution}/history" if execution else f"{base}/{workflow_id}"
