"""Records which body an Idempotency-Key was first used with.

A task knows the key that it was registered with. But another body may name another id, so the key
has its own workflow, whose id Temporal keeps unique for the retention. That workflow is in a task
queue that nobody polls, and closes by itself.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from onthedot import naming
from onthedot.scheduling.checking.registration import Idempotency
from onthedot.scheduling.errors import IdempotencyConflict
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
    described = await temporal.described(workflow_id)
    return await described.memo_value(_BODY, None, type_hint=str) if described else None
