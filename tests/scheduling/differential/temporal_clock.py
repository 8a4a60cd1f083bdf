"""Asks a Temporal server when schedules would fire, without waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    GetSystemInfoRequest,
    ListScheduleMatchingTimesRequest,
)
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleHandle,
    ScheduleSpec,
    ScheduleState,
)
from temporalio.service import RPCError, RPCStatusCode

#: What one call answers at most.
PAGE = 1000

_BUSY = {
    RPCStatusCode.CANCELLED,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.UNAVAILABLE,
}

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Clock:
    """One schedule on the server."""

    client: Client
    handle: ScheduleHandle

    async def times(self, after: datetime, until: datetime, limit: int) -> list[datetime]:
        """When it fires after one instant, until another, and no more than `limit` of them."""
        found: list[datetime] = []
        while len(found) < limit:
            page = await self._page(found[-1] if found else after, until)
            found += page
            if len(page) < PAGE:
                break
        return found[:limit]

    async def _page(self, after: datetime, until: datetime) -> list[datetime]:
        start, end = Timestamp(), Timestamp()
        start.FromDatetime(after)
        end.FromDatetime(until)
        request = ListScheduleMatchingTimesRequest(
            namespace=self.client.namespace,
            schedule_id=self.handle.id,
            start_time=start,
            end_time=end,
        )
        answer = await _patiently(
            lambda: self.client.workflow_service.list_schedule_matching_times(request)
        )
        return [at.ToDatetime(tzinfo=UTC) for at in answer.start_time]


@dataclass(frozen=True)
class TemporalClock:
    """A server to put schedules on."""

    client: Client
    namespace_id: str
    release: str

    @classmethod
    async def on(cls, client: Client) -> TemporalClock:
        described = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace), retry=True
        )
        system = await client.workflow_service.get_system_info(GetSystemInfoRequest(), retry=True)
        return cls(client, described.namespace_info.id, system.server_version)

    @asynccontextmanager
    async def schedule(self, spec: ScheduleSpec) -> AsyncIterator[Clock]:
        """A paused schedule with this spec, gone at the end."""
        handle = await _patiently(
            lambda: self.client.create_schedule(
                f"clock-{uuid4().hex}",
                Schedule(
                    action=ScheduleActionStartWorkflow("Nothing", id="none", task_queue="none"),
                    spec=spec,
                    state=ScheduleState(paused=True),
                ),
            )
        )
        try:
            yield Clock(self.client, handle)
        finally:
            await _patiently(handle.delete)


async def _patiently(call: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Calls again while the server is busy."""
    for _ in range(100):
        try:
            return await call()
        except RPCError as error:
            if error.status not in _BUSY:
                raise
            await asyncio.sleep(0.05)
    raise TimeoutError("the server stayed busy")
