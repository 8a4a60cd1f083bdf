"""Manual runs of a task."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from onthedot import naming
from onthedot.scheduling.action import Action, UnknownAction
from onthedot.scheduling.checking.action import check_action
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition, WrongState
from onthedot.scheduling.run import RunCause, ShortRun
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.runs.direct_starts import start_run
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.temporal.calls import Temporal

_OF = {"arguments": "activity or workflow", "body": "http", "env": "command"}


async def run_now(
    temporal: Temporal,
    task_id: str,
    *,
    by: str = "",
    scheduled_for: datetime | None = None,
    changed: Mapping[str, Any] | None = None,
    through_freeze: bool = False,
    note: str = "",
) -> ShortRun:
    """Start a run immediately, in addition to the schedule.

    Args:
        scheduled_for: a past instant as the run's due time; now by default.
        changed: fields of the action that differ in this run only.
        through_freeze: run it although a freeze is in force.
        note: why, which the run keeps.

    Raises:
        InvalidDefinition: the action has no such field, or the instant is in the future.
        Frozen: a freeze is in force, and `through_freeze` is not set.
        TaskNotFound, WrongState.
    """
    found, now = await TaskReader(temporal).find(task_id), temporal.now()
    if not through_freeze:
        await Freezes(temporal).require_none(task_id, found.definition.tags)
    if scheduled_for is not None and scheduled_for > now:
        raise InvalidDefinition(
            FieldProblem("scheduled_for", "must be past: the run starts immediately")
        )
    due = scheduled_for or now
    # Temporal's SQLite keeps milliseconds, and filters must match what lists show.
    due = due.replace(microsecond=due.microsecond // 1000 * 1000)
    order = found.state.order(cause=RunCause.MANUAL, scheduled_for=due)
    order = order.model_copy(update={"requested_by": by})
    if changed:
        order = order.model_copy(update={"action": _with(order.action, changed)})
    workflow_id = naming.direct_run(task_id, f"manual-{secrets.token_hex(8)}")
    return await start_run(temporal, order, workflow_id, note_of_caller=note)


def _with(action: Action | UnknownAction, changed: Mapping[str, Any]) -> Action:
    """The action with some fields changed, checked as in a registration."""
    if isinstance(action, UnknownAction):
        raise WrongState("The task's action is of a kind that this version does not know.")
    unknown = [name for name in changed if name not in type(action).model_fields]
    if unknown:
        raise InvalidDefinition(
            *(
                FieldProblem(name, f"is for actions of the kind {_OF[name]}; this is {action.kind}")
                for name in unknown
            )
        )
    values = {
        name: {**getattr(action, name), **(value or {})} if name == "env" else value
        for name, value in changed.items()
        if name == "body" or value is not None
    }
    given = action.model_copy(update=values)
    if problems := check_action(given):
        raise InvalidDefinition(
            *(FieldProblem(p.field.removeprefix("action."), p.message) for p in problems)
        )
    return given
