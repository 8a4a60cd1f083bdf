"""The part of the form that says what: an HTTP call, a command, an activity, a workflow, a log line."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from scheduling.action import (
    Action,
    ActivityAction,
    CommandAction,
    HttpAction,
    LogAction,
    SecretRef,
    WorkflowAction,
)
from ui.components.fields import ChoiceField, PairsField, Segments, TextField
from ui.components.markup import box, named, text
from ui.components.small import Icon
from ui.pages.form_fields import FieldError, Fields, json_text, json_value, listed

KINDS = (
    ("http", "HTTP call", "globe"),
    ("command", "Command", "terminal"),
    ("activity", "Activity", "zap"),
    ("workflow", "Workflow", "workflow"),
    ("log", "Log line", "file-text"),
)
_METHODS = {name: name for name in ("POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")}


class ActionPart:
    """Shows the fields of one kind of action at a time; `value` is what they say."""

    def __init__(
        self,
        fields: Fields,
        changed: Callable[[], None],
        kind: str,
        before: Action | None,
        names: Mapping[str, list[str]],
        *,
        commands: bool,
    ) -> None:
        self._fields = fields
        self._changed = changed
        self._before = before
        self._names = names
        self._commands = commands
        self._kind = before.kind if before else kind
        Segments("What", KINDS, self._kind, on_change=lambda event: self._switch(event.value))
        self._place = box("stack").style("margin-top: 16px")
        self._build()

    def value(self) -> dict[str, Any]:
        """The action as REST takes it. Raises FieldError."""
        values: dict[str, Callable[[], dict[str, Any]]] = {
            "http": self._http_value,
            "command": self._command_value,
            "activity": lambda: self._foreign_value("name"),
            "workflow": lambda: self._foreign_value("workflow_type"),
            "log": lambda: {"message": self._message.value},
        }
        return {"kind": self._kind, **values[self._kind]()}

    def _switch(self, kind: str) -> None:
        self._kind = kind
        self._build()
        self._changed()

    def _build(self) -> None:
        self._fields.forget("action")
        self._place.clear()
        kinds = {
            "http": self._http,
            "command": self._command,
            "activity": lambda: self._foreign("Activity", "name"),
            "workflow": lambda: self._foreign("Workflow", "workflow_type"),
            "log": self._log,
        }
        with self._place:
            kinds[self._kind]()

    def _http(self) -> None:
        before = self._before if isinstance(self._before, HttpAction) else None
        add = self._fields.add
        with box("method-url"):
            self._method = add(
                ChoiceField(
                    "Method", _METHODS, before.method if before else "POST", at="action.method"
                )
            )
            self._url = add(
                TextField(
                    "URL",
                    before.url if before else "",
                    at="action.url",
                    mono=True,
                    placeholder="https://example.com/hook",
                )
            )
        self._headers = add(
            PairsField(
                "Header",
                _pairs(before.headers if before else {}),
                at="action.headers",
                name="Name",
                add="Add header",
            )
        )
        body = before.body if before else None
        self._as_text = isinstance(body, str)
        self._body = add(
            TextField(
                "Body",
                body if isinstance(body, str) else json_text(body),
                at="action.body",
                mono=True,
                rows=6,
                optional=True,
                full=True,
                placeholder='{"hello": "world"}',
                on_change=lambda _: self._check_body(),
            )
        )
        with box("row").style("margin-top: -8px"):
            Segments(
                "Body is",
                (("json", "JSON", ""), ("text", "Text", "")),
                "text" if self._as_text else "json",
                small=True,
                on_change=lambda event: self._body_is(event.value),
            )
            tidy = named(box("btn small ghost", "button"), type="button").on("click", self._tidy)
            with tidy:
                text("Tidy up")
        statuses = ", ".join(map(str, before.expect_status or ())) if before else ""
        self._expect = add(
            TextField(
                "Statuses that mean success",
                statuses,
                at="action.expect_status",
                hint="200 to 399 if left empty. Such as 200, 201 or 200-299.",
                optional=True,
            )
        )

    def _body_is(self, kind: str) -> None:
        self._as_text = kind == "text"
        self._check_body()
        self._changed()

    def _check_body(self) -> None:
        written = self._body.value.strip()
        if self._as_text or not written:
            self._body.advise()
            return
        try:
            json.loads(written)
        except ValueError:
            self._body.advise()
        else:
            self._body.advise(f"Valid JSON, {len(written.encode()):,} bytes", good=True)

    def _tidy(self) -> None:
        if not self._as_text:
            try:
                self._body.set_value(json_text(json_value(self._body)))
            except FieldError as error:
                self._body.say(error.problem.message)

    def _http_value(self) -> dict[str, Any]:
        given: dict[str, Any] = {"method": self._method.value, "url": self._url.value.strip()}
        if headers := _pairs_value(self._headers):
            given["headers"] = headers
        body = self._body.value if self._as_text and self._body.value else None
        body = body if self._as_text else json_value(self._body)
        if body is not None:
            given["body"] = body
        if self._expect.value.strip():
            given["expect_status"] = _statuses(self._expect)
        return given

    def _command(self) -> None:
        before = self._before if isinstance(self._before, CommandAction) else None
        add = self._fields.add
        if not self._commands:
            with box("banner").style("margin: 0"):
                Icon("info")
                text("Commands run only where the worker's operator turned them on.")
        self._argv = add(
            TextField(
                "Program and arguments",
                shlex.join(before.argv) if before else "",
                at="action.argv",
                mono=True,
                full=True,
                placeholder="/usr/bin/backup --all '/srv/my data'",
                hint="Without a shell: no pipes, no variables. Quotes keep words together.",
            )
        )
        self._env = add(
            PairsField(
                "Variable",
                _pairs(before.env if before else {}),
                at="action.env",
                name="NAME",
                add="Add variable",
            )
        )
        with box("fields"):
            self._cwd = add(
                TextField(
                    "Directory",
                    (before.cwd or "") if before else "",
                    at="action.cwd",
                    mono=True,
                    optional=True,
                    placeholder="/srv/app",
                )
            )
            self._stdin = add(
                TextField(
                    "Input",
                    (before.stdin or "") if before else "",
                    at="action.stdin",
                    mono=True,
                    rows=3,
                    optional=True,
                    full=True,
                )
            )

    def _command_value(self) -> dict[str, Any]:
        try:
            given: dict[str, Any] = {"argv": shlex.split(self._argv.value)}
        except ValueError as error:
            raise FieldError("action.argv", f"{error}: a quote is not closed.") from None
        if env := _pairs_value(self._env):
            given["env"] = env
        if self._cwd.value.strip():
            given["cwd"] = self._cwd.value.strip()
        if self._stdin.value:
            given["stdin"] = self._stdin.value
        return given

    def _foreign(self, label: str, key: str) -> None:
        before = self._before if isinstance(self._before, ActivityAction | WorkflowAction) else None
        before = before if before is not None and before.kind == self._kind else None
        add = self._fields.add
        known = self._names.get(self._kind, [])
        self._name = add(
            TextField(
                f"Name of the {label.lower()}",
                str(getattr(before, key)) if before else "",
                at=f"action.{key}",
                mono=True,
                options=known,
                hint="Choose one that the workers have, or write that of another queue.",
            )
        )
        self._arguments = add(
            TextField(
                "Arguments",
                json_text(list(before.arguments)) if before and before.arguments else "",
                at="action.arguments",
                mono=True,
                rows=4,
                optional=True,
                full=True,
                placeholder='["first", {"second": 2}]',
                hint="A JSON list, one entry an argument.",
            )
        )
        self._queue = add(
            TextField(
                "Task queue",
                (before.task_queue or "") if before else "",
                at="action.task_queue",
                mono=True,
                optional=True,
                hint="Empty: this project's own workers.",
            )
        )

    def _foreign_value(self, key: str) -> dict[str, Any]:
        given: dict[str, Any] = {key: self._name.value.strip()}
        arguments = json_value(self._arguments, empty=[])
        if not isinstance(arguments, list):
            raise FieldError("action.arguments", "A list is needed: put it into [ ].")
        if arguments:
            given["arguments"] = arguments
        if self._queue.value.strip():
            given["task_queue"] = self._queue.value.strip()
        return given

    def _log(self) -> None:
        before = self._before if isinstance(self._before, LogAction) else None
        self._message = self._fields.add(
            TextField(
                "Message",
                before.message if before else "Hello from On the Dot",
                at="action.message",
                rows=2,
                full=True,
                hint="Goes to the worker's log: the harmless one to try things with.",
            )
        )


def _pairs(given: Mapping[str, str | SecretRef]) -> list[dict[str, Any]]:
    return [
        {"name": name, "value": value.secret, "secret": True}
        if isinstance(value, SecretRef)
        else {"name": name, "value": value, "secret": False}
        for name, value in given.items()
    ]


def _pairs_value(field: PairsField) -> dict[str, Any]:
    return {
        pair["name"].strip(): {"secret": pair["value"].strip()} if pair["secret"] else pair["value"]
        for pair in field.value
        if pair["name"].strip() or pair["value"].strip()
    }


def _statuses(field: TextField) -> list[int]:
    found: list[int] = []
    for part in listed(field.value):
        first, dash, last = part.partition("-")
        if not first.strip().isdigit() or (dash and not last.strip().isdigit()):
            raise FieldError(field.at, f"{part!r} is not a status. Such as 200 or 200-299.")
        found.extend(range(int(first), int(last if dash else first) + 1))
    return found
