"""The fields of an activity or a workflow, on this project's workers or on others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onthedot.scheduling.action import Action, ActivityAction, WorkflowAction
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.forms.fields import FieldError, Fields, json_text, json_value
from onthedot.ui.wording.values import as_value, human


class OwnCodeFields:
    """Name, arguments and task queue. `kind` is activity or workflow; `names` are offered."""

    def __init__(
        self, fields: Fields, before: Action | None, kind: str, names: Sequence[str]
    ) -> None:
        self._key = "name" if kind == "activity" else "workflow_type"
        name, arguments, queue = _given(before, kind)
        self._name = TextField(
            f"Name of the {kind}",
            name,
            at=f"action.{self._key}",
            mono=True,
            options=names,
            hint="Choose one of the workers', or type one of another task queue."
            if names
            else "The name under which its worker registers it.",
            form=fields,
        )
        self._arguments = TextField(
            "Arguments",
            json_text(arguments) if arguments else "",
            at="action.arguments",
            mono=True,
            rows=4,
            optional=True,
            full=True,
            placeholder='["first", {"second": 2}]',
            hint="A JSON list with one entry for each argument.",
            form=fields,
        )
        self._queue = TextField(
            "Task queue",
            queue,
            at="action.task_queue",
            mono=True,
            optional=True,
            hint="Empty: this project's own workers.",
            form=fields,
        )
        self._silence: TextField | None = None
        if kind == "activity":
            silence = before.heartbeat_timeout if isinstance(before, ActivityAction) else None
            self._silence = TextField(
                "Longest time between heartbeats",
                human(silence) if silence else "",
                at="action.heartbeat_timeout",
                optional=True,
                hint="After this long without one, the worker counts as dead. Only for "
                "activities that send heartbeats.",
                form=fields,
            )

    def value(self) -> dict[str, Any]:
        """The action, without its kind. Raises FieldError."""
        given: dict[str, Any] = {self._key: self._name.value.strip()}
        arguments = json_value(self._arguments, empty=[])
        if not isinstance(arguments, list):
            raise FieldError("action.arguments", "This must be a list: put it in [ ].")
        if arguments:
            given["arguments"] = arguments
        if self._queue.value.strip():
            given["task_queue"] = self._queue.value.strip()
        if self._silence is not None and self._silence.value.strip():
            given["heartbeat_timeout"] = as_value(self._silence.value)
        return given


def _given(before: Action | None, kind: str) -> tuple[str, list[Any], str]:
    match before:
        case ActivityAction() if kind == "activity":
            return before.name, list(before.arguments), before.task_queue or ""
        case WorkflowAction() if kind == "workflow":
            return before.workflow_type, list(before.arguments), before.task_queue or ""
    return "", [], ""
