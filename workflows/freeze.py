"""A freeze: the workflow that keeps it, and releases what it held when a window ends.

Workers read it from its memo, so it is in force even if no worker runs it. A change or a deletion
replaces the whole execution: one call, which needs no worker either.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from onthedot import naming
from onthedot.scheduling.stored.freeze_order import (
    FreezeOrder,
    ReleaseOrder,
    StoredFreeze,
    WindowAnswer,
    WindowQuestion,
)

#: How much later workers know of an end, and lists show what they did until then.
_SETTLED = timedelta(seconds=2)
#: The same for a lifted freeze, which workers have to read first.
_READ = timedelta(seconds=7)
_LONGEST_RELEASE = timedelta(days=2)


@workflow.defn(name=naming.FREEZE, sandboxed=False)
class Freeze:
    """One freeze, until its last window has ended."""

    @workflow.run
    async def run(self, order: FreezeOrder) -> None:
        """Wait for the end of each window, and release what it held."""
        freeze = order.as_of(workflow.info().workflow_start_time)
        if freeze is None:
            return
        if freeze.lifted or freeze.cut:
            over = "lifted" if freeze.lifted else "over for now"
            await workflow.sleep(_READ, summary=f"Until all workers know that it is {over}")
            since = freeze.held_since or freeze.created_at
            await self._release(order.name, freeze, since=since, until=workflow.now())
            freeze = freeze.model_copy(update={"held_since": None, "cut": False})
        if freeze.lifted:
            return
        window = await self._window(order.name, freeze, workflow.now())
        while window.start is not None and window.end is not None:
            wait = window.end + _SETTLED - workflow.now()
            await workflow.sleep(max(wait, timedelta(0)), summary="Until the window ends")
            since = min(window.start, freeze.held_since or window.start)
            await self._release(order.name, freeze, since=since, until=window.end)
            freeze = freeze.model_copy(update={"held_since": None})
            window = await self._window(order.name, freeze, window.end)
            if window.start is not None and workflow.info().is_continue_as_new_suggested():
                again = FreezeOrder(name=order.name, freeze=freeze)
                workflow.continue_as_new(again, memo={naming.FREEZE_MEMO: again})

    async def _window(self, name: str, freeze: StoredFreeze, at: datetime) -> WindowAnswer:
        found: WindowAnswer = await workflow.execute_local_activity(
            naming.FIND_WINDOW,
            WindowQuestion(name=name, definition=freeze.definition, at=at),
            result_type=WindowAnswer,
            start_to_close_timeout=timedelta(seconds=20),
        )
        return found

    async def _release(
        self, name: str, freeze: StoredFreeze, *, since: datetime, until: datetime
    ) -> None:
        await workflow.execute_activity(
            naming.RELEASE_HELD,
            ReleaseOrder(
                name=name,
                definition=freeze.definition,
                since=since,
                until=until,
                wake=freeze.lifted or freeze.held_since is not None,
            ),
            result_type=int,
            start_to_close_timeout=_LONGEST_RELEASE,
            heartbeat_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
            summary="Release what was held",
        )
