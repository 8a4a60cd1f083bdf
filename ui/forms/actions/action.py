"""The action part of the form: HTTP, a command, an activity, a workflow, a log line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from onthedot.scheduling.action import Action, LogAction
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.forms.actions.command import CommandFields
from onthedot.ui.forms.actions.http import HttpFields
from onthedot.ui.forms.actions.own_code import OwnCodeFields
from onthedot.ui.forms.fields import Fields
from onthedot.ui.forms.kind_part import KindFields, KindPart

KINDS = (
    ("http", "HTTP call", "globe"),
    ("command", "Command", "terminal"),
    ("activity", "Activity", "zap"),
    ("workflow", "Workflow", "workflow"),
    ("log", "Log line", "file-text"),
)


class ActionPart(KindPart):
    """Shows the fields of one kind of action at a time; `value` is the action."""

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
        self._before = before
        self._names = names
        self._commands = commands
        super().__init__(
            fields,
            changed,
            "What",
            KINDS,
            before.kind if before else kind,
            default="http",
            at="action",
        )

    def _fields_of(self, kind: str) -> KindFields:
        match kind:
            case "command":
                return CommandFields(self._fields, self._before, allowed=self._commands)
            case "activity" | "workflow":
                names = self._names.get(kind, [])
                return OwnCodeFields(self._fields, self._before, kind, names)
            case "log":
                return _LogFields(self._fields, self._before)
            case _:
                return HttpFields(self._fields, self._before, self._changed)


class _LogFields:
    def __init__(self, fields: Fields, before: Action | None) -> None:
        self._message = TextField(
            "Message",
            before.message if isinstance(before, LogAction) else "Hello from On the Dot",
            at="action.message",
            rows=2,
            full=True,
            hint="Written to the worker's log. Harmless, so good for trying things out.",
            form=fields,
        )

    def value(self) -> dict[str, Any]:
        return {"message": self._message.value}
