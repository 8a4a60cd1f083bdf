"""Passes the run's header to the activity or workflow that does its work."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    StartActivityInput,
    StartChildWorkflowInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle, ChildWorkflowHandle

from onthedot.run_context.current import HEADER, received

_outgoing: ContextVar[Payload | None] = ContextVar("onthedot-run-outgoing", default=None)


@contextmanager
def run_headers(facts: Mapping[str, str]) -> Iterator[None]:
    """Within the block, everything that a workflow starts gets `facts` in a header."""
    data = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    _outgoing.set(Payload(metadata={"encoding": b"json/plain"}, data=data))
    try:
        yield
    finally:
        # Not with a token: an evicted workflow is unwound in another context.
        _outgoing.set(None)


class RunInterceptor(Interceptor):
    """For a worker whose activities call `onthedot.current_run()`. The plug-in includes it."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Let activities see the header."""
        return _Activities(next)

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor]:
        """Send the header from runs of tasks."""
        return _Workflows


class _Activities(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        received.set(input.headers.get(HEADER))
        return await self.next.execute_activity(input)


class _Workflows(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Started(outbound))


class _Started(WorkflowOutboundInterceptor):
    def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:
        input.headers = _with_run(input.headers)
        return self.next.start_activity(input)

    async def start_child_workflow(
        self, input: StartChildWorkflowInput
    ) -> ChildWorkflowHandle[Any, Any]:
        input.headers = _with_run(input.headers)
        return await self.next.start_child_workflow(input)


def _with_run(headers: Mapping[str, Payload]) -> Mapping[str, Payload]:
    run = _outgoing.get()
    return headers if run is None else {**headers, HEADER: run}
