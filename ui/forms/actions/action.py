"""The part of the form that says what: HTTP, a command, an activity, a workflow, a log line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from onthedot.scheduling.action import Action, LogAction
from onthedot.ui.components.fields import Segments, TextField
from onthedot.ui.components.markup import box
from onthedot.ui.forms.actions.command import CommandFields
from onthedot.ui.forms.actions.http import HttpFields
from onthedot.ui.forms.actions.own_code import OwnCodeFields
from onthedot.ui.forms.fields import Fields

KINDS = (
    ("http", "HTTP call", "globe"),
    ("command", "Command", "terminal"),
    ("activity", "Activity", "zap"),
    ("workflow", "Workflow", "workflow"),
    ("log", "Log line", "file-text"),
)


class ActionFields(Protocol):
    """The fields of one kind of action."""

    def value(self) -> dict[str, Any]:
        """What they say, without the kind. Raises FieldError."""


class ActionPart:
    """Shows the fields of one kind of action at a time; `value` is what they say."""

    def __init__(
        self,
        fields: Fields,
        changed: Callable[[], None],
        kind: str,
        before: Action | None,
        *,
        names: Mapping[str, list[str]],
        commands: bool,
    ) -> None:
        self._fields = fields
        self._changed = changed
        self._before = before
        self._names = names
        self._commands = commands
        known = [name for name, _, _ in KINDS]
        self._kind = before.kind if before else kind if kind in known else "http"
        switch = Segments(
            "What",
            KINDS,
            self._kind,
            at="action",
            on_change=lambda event: self._switch(event.value),
        )
        fields.add_switch(switch)
        self._place = box("stack").style("margin-top: 16px")
        self._shown = self._build()

    def value(self) -> dict[str, Any]:
        """The action as REST takes it. Raises FieldError."""
        return {"kind": self._kind, **self._shown.value()}

    def _switch(self, kind: str) -> None:
        self._kind = kind
        self._shown = self._build()
        self._changed()

    def _build(self) -> ActionFields:
        self._fields.forget("action")
        self._place.clear()
        with self._place:
            match self._kind:
                case "command":
                    return CommandFields(self._fields, self._before, allowed=self._commands)
                case "activity" | "workflow":
                    names = self._names.get(self._kind, [])
                    return OwnCodeFields(self._fields, self._before, self._kind, names)
                case "log":
                    return _LogFields(self._fields, self._before)
                case _:
                    return HttpFields(self._fields, self._before, self._changed)


class _LogFields:
    def __init__(self, fields: Fields, before: Action | None) -> None:
        self._message = fields.add(
            TextField(
                "Message",
                before.message if isinstance(before, LogAction) else "Hello from On the Dot",
                at="action.message",
                rows=2,
                full=True,
                hint="Goes to the worker's log: the harmless one to try things with.",
            )
        )

    def value(self) -> dict[str, Any]:
        return {"message": self._message.value}
