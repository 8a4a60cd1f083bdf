"""What a list shows of a task: its memo, limited to a few KB, since a page has one for each row."""

from __future__ import annotations

from typing import assert_never

from pydantic import Field

from onthedot.scheduling.action import (
    Action,
    ActivityAction,
    CommandAction,
    HttpAction,
    LogAction,
    UnknownAction,
    WorkflowAction,
)
from onthedot.scheduling.notify import Notify
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.values import Instant, Model

#: Largest definition that a list has in full, in bytes of JSON.
WHOLE = 1500


class TaskRow(Model):
    """A task's memo."""

    definition: TaskDefinition
    abridged: bool = False
    """The definition was too long: long texts, bodies, headers and arguments are left out."""
    revision: int
    created_at: Instant
    updated_at: Instant
    updated_by: str = ""
    defined_at: Instant | None = None
    defined_by: str = ""
    paused_at: Instant | None = None
    paused_by: str = ""
    note: str = ""
    paused_until: Instant | None = None
    remaining: int | None = None
    """Runs left of `max_runs` when the task finished."""
    not_after: Instant | None = None
    problem: str = ""
    """Why its schedule does not match the definition."""
    occurs_after: Instant | None = None
    idempotency: str = ""
    calendars: dict[str, int] = Field(default_factory=dict)
    calendars_since: Instant | None = None
    frozen: str = ""
    deleted_at: Instant | None = None
    deleted_by: str = ""
    ended_as: str = ""

    @classmethod
    def of(cls, state: TaskState) -> TaskRow:
        """The row of a task in this state."""
        definition = state.definition
        long = len(definition.model_dump_json(exclude_defaults=True)) > WHOLE
        return cls(
            definition=abridge(definition) if long else definition,
            abridged=long,
            **{
                field: getattr(state, field)
                for field in cls.model_fields
                if field not in ("definition", "abridged")
            },
        )


def abridge(definition: TaskDefinition) -> TaskDefinition:
    """The definition without its long parts."""
    trigger = definition.trigger
    if trigger.kind != "once":
        trigger = trigger.model_copy(update={"exclude": trigger.exclude[:5]})
    return definition.model_copy(
        update={
            "description": definition.description[:200],
            "tags": definition.tags[:10],
            "trigger": trigger,
            "action": _abridged_action(definition.action),
            "notify": _abridged_notify(definition.notify),
        }
    )


def title(action: Action | UnknownAction) -> str:
    """An action in a few words, for lists."""
    match action:
        case HttpAction():
            return f"{action.method} {action.url.partition('?')[0]}"[:200]
        case CommandAction():
            return " ".join(action.argv)[:200]
        case ActivityAction():
            return f"activity {action.name}"
        case WorkflowAction():
            return f"workflow {action.workflow_type}"
        case LogAction():
            return f"log {action.message}"[:200]
        case UnknownAction():
            return action.kind[:200]
        case _:
            assert_never(action)


def _abridged_notify(notify: Notify | None) -> Notify | None:
    return notify and notify.model_copy(update={"url": notify.url[:200], "headers": {}})


def _abridged_action(action: Action) -> Action:
    match action:
        case HttpAction():
            return action.model_copy(update={"url": action.url[:500], "headers": {}, "body": None})
        case CommandAction():
            argv = tuple(word[:80] for word in action.argv[:8])
            return action.model_copy(update={"argv": argv, "env": {}, "stdin": None})
        case ActivityAction() | WorkflowAction():
            return action.model_copy(update={"arguments": ()})
        case LogAction():
            return action.model_copy(update={"message": action.message[:200]})
        case _:
            assert_never(action)
