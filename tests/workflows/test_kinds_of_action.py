"""Every part handles every kind of action; an unknown one ends its run, not the worker."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, get_args

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from onthedot import naming
from onthedot.scheduling.action import KINDS, Action, StoredAction, UnknownAction
from onthedot.scheduling.checking.action import check_action
from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.stored.run_order import RunOutcome
from onthedot.service.temporal.calls import Temporal
from onthedot.ui.forms.actions.action import KINDS as IN_THE_FORM
from tests.waiting import PATIENCE

pytestmark = pytest.mark.anyio


def _order(action: dict[str, Any]) -> dict[str, Any]:
    """As a later release may store it."""
    return {
        "task_id": "t",
        "name": "t",
        "revision": 1,
        "action": action,
        "timeout": 5,
        "deadline": 60,
        "retry": {},
        "scheduled_for": "2026-01-01T00:00:00Z",
    }


async def _ended(temporal: Temporal, action: dict[str, Any]) -> RunOutcome:
    handle = await temporal.client.start_workflow(
        naming.TASK_RUN,
        _order(action),
        id=naming.direct_run("t", uuid.uuid4().hex),
        task_queue=temporal.task_queue,
        execution_timeout=timedelta(seconds=PATIENCE),
    )
    with pytest.raises(WorkflowFailureError) as raised:
        await handle.result()
    assert isinstance(raised.value.cause, ApplicationError), raised.value.cause
    return RunOutcome.model_validate(raised.value.cause.details[0])


async def test_an_unknown_kind_fails_the_run(temporal: Temporal, worker: Worker) -> None:
    outcome = await _ended(temporal, {"kind": "carrier-pigeon", "to": "Rome"})
    assert outcome.error is not None
    assert (outcome.status, outcome.attempts) == ("failed", 0)
    assert outcome.error.type == "UnknownAction"
    assert "carrier-pigeon" in outcome.error.message


@pytest.mark.parametrize("kind", ["activity", "workflow"])
async def test_a_stored_queue_that_temporal_refuses_fails_the_run(
    temporal: Temporal, worker: Worker, kind: str
) -> None:
    name = "name" if kind == "activity" else "workflow_type"
    outcome = await _ended(temporal, {"kind": kind, name: "x", "task_queue": "/_sys/x/1"})
    assert outcome.error is not None
    assert (outcome.status, outcome.attempts) == ("failed", 0)
    assert outcome.error.type == "InvalidTaskQueue"


def test_a_kind_that_is_not_checked_is_not_registered() -> None:
    half_done: Any = UnknownAction(kind="carrier-pigeon")
    with pytest.raises(InvalidDefinition) as refused:
        check_action(half_done)
    assert [problem.field for problem in refused.value.problems] == ["action.kind"]


def test_the_registry_has_every_kind() -> None:
    union, *_ = get_args(Action)
    assert set(get_args(union)) == set(KINDS.values())
    assert {model.model_fields["kind"].default: model for model in KINDS.values()} == KINDS
    stored, *_ = get_args(StoredAction)
    assert {get_args(member)[0] for member in get_args(stored)} > set(KINDS.values())
    assert [name for name, _, _ in IN_THE_FORM] == list(KINDS)
