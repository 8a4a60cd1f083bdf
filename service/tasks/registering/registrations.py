"""Registers a task, once for each `Idempotency-Key`.

1. Complete and check the definition; the id is the caller's, or derived from the key.
2. Do everything that can fail, then start the task's workflow: from then on the task is registered.
3. If the id is in use, the key decides: the same key and body return the existing task.
"""

from __future__ import annotations

import secrets

from temporalio.exceptions import WorkflowAlreadyStartedError

from onthedot.scheduling.checking.registration import Idempotency, generated_id
from onthedot.scheduling.errors import IdempotencyConflict, InvalidDefinition, TaskExists
from onthedot.scheduling.firing.zone_rules import release_for
from onthedot.scheduling.stored.attempt import LEAD
from onthedot.scheduling.stored.task_state import TaskState, max_runs
from onthedot.scheduling.task import NewTask, Task
from onthedot.service.arithmetic import Arithmetic
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.tasks.registering.definitions import settled_definition
from onthedot.service.tasks.registering.idempotency_keys import claim
from onthedot.service.tasks.registering.starts import TaskStarts
from onthedot.service.temporal.calls import Temporal


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
        task_id = new.id or generated_id(now, key, secrets.token_hex(5))
        try:
            definition = await settled_definition(
                self._temporal, new, task_id=task_id, now=now, arithmetic=self._arithmetic
            )
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
