"""The use cases of freezes.

A freeze is a workflow whose memo all readers use. A change replaces the whole execution in one
atomic call, which needs no worker. Temporal cannot make that call conditional, so each server makes
its changes one at a time; if two servers change a freeze within a few milliseconds, the later
change wins.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from onthedot import naming
from onthedot.access.audit_log import note
from onthedot.scheduling.checking.freeze import settle_freeze
from onthedot.scheduling.errors import (
    FieldProblem,
    FreezeChanged,
    FreezeNotFound,
    Frozen,
    InvalidDefinition,
)
from onthedot.scheduling.freezes.freeze import Freeze, FreezeDefinition, version
from onthedot.scheduling.freezes.windows import Window, covers, next_window, window_at
from onthedot.scheduling.stored.freeze_order import FreezeOrder, StoredFreeze
from onthedot.service.arithmetic import SINGLE
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.rows import first_rows

#: The most freezes at a time.
MOST = 200


class Freezes:
    """The current freezes: those in force, or with an upcoming window."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    async def all(self) -> list[Freeze]:
        """All of them, by name."""
        found = [await self._answered(name, stored) for name, stored in await self._standing()]
        return sorted(found, key=lambda freeze: freeze.name)

    async def get(self, name: str) -> Freeze:
        """One of them. Raises FreezeNotFound."""
        found = await self._find(name)
        if found is None:
            raise FreezeNotFound(name)
        return await self._answered(name, found)

    async def put(
        self,
        name: str,
        definition: FreezeDefinition,
        *,
        by: str,
        if_match: Container[str] | None = None,
    ) -> tuple[Freeze, bool]:
        """Create or replace a freeze; also returns whether it is new. In force within five seconds.

        Args:
            if_match: replace it only if its `version` is one of these.

        Raises:
            InvalidDefinition: it is never in force, or there are too many.
            FreezeNotFound, FreezeChanged: it does not match `if_match`.
            TemporalUnavailable: nothing was changed, or will be.
        """
        async with self._temporal.turn_at_freezes:
            return await self._put(name, definition, by, if_match)

    async def _put(
        self, name: str, definition: FreezeDefinition, by: str, if_match: Container[str] | None
    ) -> tuple[Freeze, bool]:
        now = self._temporal.now()
        settled = await SINGLE.work_out(settle_freeze, definition, name=name, now=now)
        before = await self._find(name)
        _require(name, before, if_match)
        if before is None and len(await self._standing()) >= MOST:
            raise InvalidDefinition(
                FieldProblem("name", f"there are already {MOST} freezes: delete some")
            )
        stored = StoredFreeze(
            definition=settled,
            created_at=before.created_at if before else now,
            updated_at=now,
            updated_by=by,
            held_since=_held_since(before),
        )
        if before is not None and (cut := await self._cut(name, before, settled, now)):
            stored = stored.model_copy(update={"cut": True, "held_since": cut.start})
        await self._start(FreezeOrder(name=name, freeze=stored, previous=before))
        note(f"freeze:{name}", change="replaced" if before else "created")
        return await self._answered(name, stored), before is None

    async def delete(self, name: str, *, by: str, if_match: Container[str] | None = None) -> None:
        """Lift a freeze: held occurrences start within seconds.

        Raises:
            FreezeNotFound.
            FreezeChanged: its `version` is not one of `if_match`.
        """
        async with self._temporal.turn_at_freezes:
            await self._delete(name, by, if_match)

    async def _delete(self, name: str, by: str, if_match: Container[str] | None) -> None:
        before = await self._find(name)
        if before is None:
            raise FreezeNotFound(name)
        _require(name, before, if_match)
        gone = {
            "lifted": True,
            "updated_at": self._temporal.now(),
            "updated_by": by,
            "held_since": _held_since(before),
        }
        stored = before.model_copy(update=gone)
        await self._start(FreezeOrder(name=name, freeze=stored, previous=before))
        note(f"freeze:{name}", change="deleted")

    async def require_none(self, task_id: str, tags: tuple[str, ...]) -> None:
        """Raise Frozen if a freeze now keeps a task with these tags from starting, and
        TemporalUnavailable if that is unknown."""
        for freeze in await self.all():
            if freeze.in_force and freeze.ends_at is not None and covers(freeze, tags):
                raise Frozen(task_id, freeze.name, freeze.ends_at)

    async def _cut(
        self, name: str, before: StoredFreeze, after: FreezeDefinition, now: datetime
    ) -> Window | None:
        """The window in force that a change ends; None if there is none, or it continues."""
        window = await SINGLE.work_out(window_at, before.definition, now, name=name)
        if window is None:
            return None
        goes_on = await SINGLE.work_out(window_at, after, now, name=name)
        return window if goes_on is None else None

    async def _standing(self) -> list[tuple[str, StoredFreeze]]:
        query = f"WorkflowType = '{naming.FREEZE}' AND ExecutionStatus = 'Running'"
        latest: dict[str, tuple[datetime, StoredFreeze | None]] = {}
        for execution in await first_rows(self._temporal, query):
            name, began = naming.id_in(execution.id), execution.start_time
            if name not in latest or latest[name][0] < began:
                latest[name] = (began, await _stored(execution))
        now = self._temporal.now()
        return [
            (name, stored)
            for name, (_, stored) in latest.items()
            if stored is not None and not _over(stored, now)
        ]

    async def _find(self, name: str) -> StoredFreeze | None:
        described = await self._temporal.described(naming.freeze(name))
        if described is None or described.status is not WorkflowExecutionStatus.RUNNING:
            return None
        stored = await _stored(described)
        return None if stored is None or _over(stored, self._temporal.now()) else stored

    async def _start(self, order: FreezeOrder) -> None:
        within = self._temporal.rpc_timeout
        order = order.model_copy(update={"not_after": self._temporal.expiry(within)})
        await self._temporal.ask(
            self._temporal.client.start_workflow(
                naming.FREEZE,
                order,
                id=naming.freeze(order.name),
                task_queue=self._temporal.task_queue,
                memo={naming.FREEZE_MEMO: order},
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
                static_summary=f"Freeze {order.name}",
                rpc_timeout=within,
            )
        )

    async def _answered(self, name: str, stored: StoredFreeze) -> Freeze:
        now, definition = self._temporal.now(), stored.definition
        window = await SINGLE.work_out(window_at, definition, now, name=name)
        following = await SINGLE.work_out(next_window, definition, now, name=name)
        return Freeze(
            **dict(definition),
            name=name,
            in_force=window is not None,
            ends_at=window.end if window else None,
            next_at=following.start if following else None,
            created_at=stored.created_at,
            updated_at=stored.updated_at,
            updated_by=stored.updated_by,
        )


def _require(name: str, before: StoredFreeze | None, if_match: Container[str] | None) -> None:
    if if_match is None:
        return
    if before is None:
        raise FreezeNotFound(name)
    if version(before.updated_at) not in if_match:
        raise FreezeChanged(name, before.updated_by)


async def _stored(execution: WorkflowExecution) -> StoredFreeze | None:
    """The freeze in an execution; None if it is not a freeze, or lifted."""
    order = await execution.memo_value(naming.FREEZE_MEMO, None, type_hint=FreezeOrder)
    stored = order.as_of(execution.start_time) if order else None
    return None if stored is None or stored.lifted else stored


def _held_since(before: StoredFreeze | None) -> datetime | None:
    """Since when runs may be held that the next execution has to release."""
    if before is None:
        return None
    return before.held_since or before.definition.since or before.created_at


def _over(stored: StoredFreeze, now: datetime) -> bool:
    """Whether a freeze's only window has ended; its workflow may still be releasing runs."""
    until = stored.definition.until
    return until is not None and until <= now
