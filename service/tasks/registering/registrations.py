"""Registers a task, once for each `Idempotency-Key`.

1. Complete and check the definition; the id is the caller's, or derived from the key.
2. Do everything that can fail, then start the task's workflow: from then on the task is registered.
3. If the id is in use, the key decides: the same key and body return the existing task.

A task knows the key that it was registered with. But another body may name another id, so the key
has its own workflow, whose id Temporal keeps unique for the retention. That workflow is in a task
queue that nobody polls, and closes by itself.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import partial

from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.checking.brevity import is_settled_fast
from onthedot.scheduling.checking.registration import Idempotency, generated_id, settle
from onthedot.scheduling.errors import IdempotencyConflict, InvalidDefinition, TaskExists
from onthedot.scheduling.firing.zone_rules import release_for
from onthedot.scheduling.stored.attempt import LEAD
from onthedot.scheduling.stored.task_state import TaskState, max_runs
from onthedot.scheduling.task import NewTask, Task
from onthedot.service.arithmetic import Arithmetic
from onthedot.service.calendars.lookup import calendars_for
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.tasks.registering.starts import TaskStarts
from onthedot.service.tasks.registering.trigger_defaults import with_defaults
from onthedot.service.temporal.calls import Temporal

_QUEUE = "onthedot-idempotency-keys"
_BODY = "onthedot.body"
#: It need not stay open: the id of a closed workflow stays reserved.
_OPEN = timedelta(seconds=1)


async def claim(temporal: Temporal, key: Idempotency, task_id: str) -> None:
    """Bind the key to the body of this request.

    Raises:
        IdempotencyConflict: the key was used with another body.
        TemporalUnavailable: Temporal does not respond; the claim may be repeated.
    """
    workflow_id = naming.idempotency_key(key.key)
    try:
        await temporal.ask(
            temporal.client.start_workflow(
                naming.IDEMPOTENCY_KEY,
                id=workflow_id,
                task_queue=_QUEUE,
                execution_timeout=_OPEN,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                memo={_BODY: key.body},
                static_summary=f"Idempotency-Key of task {task_id}. It closes automatically.",
                rpc_timeout=temporal.rpc_timeout,
            )
        )
    except WorkflowAlreadyStartedError:
        if await _body(temporal, workflow_id) not in (None, key.body):
            raise IdempotencyConflict from None


async def _body(temporal: Temporal, workflow_id: str) -> str | None:
    handle = temporal.client.get_workflow_handle(workflow_id)
    try:
        described = await temporal.ask(handle.describe())
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return await described.memo_value(_BODY, None, type_hint=str)


class Registrations:
    """Registers tasks."""

    def __init__(
        self, temporal: Temporal, reader: TaskReader, starts: TaskStarts, arithmetic: Arithmetic
    ) -> None:
        self._temporal = temporal
        self._reader = reader
        self._starts = starts
        self._arithmetic = arithmetic

    async def create(self, new: NewTask, *, by: str, idempotency_key: str) -> Task:
        """See `Tasks.create`."""
        now = self._temporal.now()
        key = Idempotency.of(idempotency_key, new)
        new = with_defaults(new, self._temporal.settings)
        task_id = new.id or generated_id(now, key, secrets.token_hex(5))
        calendars = await calendars_for(self._temporal, new.trigger)
        work = partial(settle, new, task_id=task_id, now=now, calendars=calendars)
        try:
            definition = await self._arithmetic.unless(is_settled_fast(new), work)
        except InvalidDefinition:
            # A repeated request may arrive after the instant.
            found = await self._reader.find_or_none(task_id) if key.key else None
            if found is None or found.row.idempotency != str(key):
                raise
            return await self._reader.answer(found)
        state = TaskState(
            id=task_id,
            definition=definition,
            created_at=now,
            updated_at=now,
            updated_by=by,
            covered_until=now,
            occurs_after=now,
            lead=LEAD,
            idempotency=str(key),
            zone_rules=release_for(definition.trigger),
        ).journalled()
        # This may fail, so it precedes the registration.
        coming = await self._reader.to_come(state, max_runs(definition))
        if key.key:
            await claim(self._temporal, key, task_id)
        try:
            await self._starts.first(state)
        except WorkflowAlreadyStartedError:
            found = await self._reader.find_or_none(task_id)
            if found is None:
                await self._starts.after_deletion(state)
            else:
                if not key.same_key(found.row.idempotency):
                    raise TaskExists(task_id) from None
                if found.row.idempotency != str(key):
                    raise IdempotencyConflict from None
                return await self._reader.answer(found)
        return self._reader.fresh(state, coming)
