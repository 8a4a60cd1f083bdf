"""Ends registrations that were answered 503, but that Temporal accepted afterwards.

They are invisible: lists and reads recognise them by `not_after`. But a one-time task would occupy
its id until it is due.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from temporalio.service import RPCError

from onthedot import naming
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.service.tasks.rows import came_too_late
from onthedot.service.temporal.calls import Temporal

#: How long Temporal may be unreachable, in seconds, and how often it has to confirm that there is
#: no such task: the request may still be on its way.
_LOOKS = 300
_ENOUGH = 3

#: Searches in progress; the event loop alone would not keep references to them.
_WATCHES: set[asyncio.Task[None]] = set()


class LateRegistrations:
    """Searches for registrations that may have arrived too late."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    def expect(self, task_id: str) -> None:
        """Search for a failed registration until it is ended or certainly does not exist."""
        watch = asyncio.create_task(self._watch(task_id))
        _WATCHES.add(watch)
        watch.add_done_callback(_WATCHES.discard)

    async def end(self, task_id: str) -> bool:
        """End a registration that arrived too late; returns whether there was one."""
        execution = await self._temporal.described(naming.task_workflow(task_id))
        if execution is None:
            return False
        row = await execution.memo_value(naming.TASK_MEMO, None, type_hint=TaskRow)
        if row is None or not came_too_late(row, execution.start_time):
            return False
        client = self._temporal.client
        late = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        # A worker may be faster.
        await self._temporal.ask_or_none(late.terminate(reason="Registered too late: answered 503"))
        return True

    async def _watch(self, task_id: str) -> None:
        answers = 0
        for _ in range(_LOOKS):
            await asyncio.sleep(1)
            # Temporal's problem may be over at the next attempt.
            with suppress(TemporalUnavailable, RPCError):
                if await self.end(task_id) or (answers := answers + 1) == _ENOUGH:
                    return
