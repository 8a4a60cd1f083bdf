"""The fields of a command."""

from __future__ import annotations

import shlex
from typing import Any

from onthedot.scheduling.action import Action, CommandAction
from onthedot.ui.components.fields.text import PairsField, TextField
from onthedot.ui.components.markup import box, text
from onthedot.ui.components.small import Icon
from onthedot.ui.forms.fields import FieldError, Fields, as_pairs, pairs_value

COMMANDS_ARE_OFF = (
    "Commands are off. The operator of the workers can turn them on with ONTHEDOT_ALLOW_COMMANDS."
)


class CommandFields:
    """Program and arguments, environment, directory and input."""

    def __init__(self, fields: Fields, given: Action | None, *, allowed: bool) -> None:
        before = given if isinstance(given, CommandAction) else CommandAction(argv=("",))
        if not allowed:
            with box("banner").style("margin: 0"):
                Icon("info")
                text(COMMANDS_ARE_OFF, "wrap")
        self._argv = TextField(
            "Program and arguments",
            shlex.join(before.argv) if before is given else "",
            at="action.argv",
            mono=True,
            full=True,
            placeholder="/usr/bin/backup --all '/srv/my data'",
            hint="Runs without a shell: no pipes, no variables. Quotes keep words together.",
            form=fields,
        )
        env = as_pairs(before.env)
        self._env = PairsField(
            "Variable", env, at="action.env", name="NAME", add="Add variable", form=fields
        )
        with box("fields"):
            self._cwd = TextField(
                "Directory",
                before.cwd or "",
                at="action.cwd",
                mono=True,
                optional=True,
                placeholder="/srv/app",
                form=fields,
            )
            self._stdin = TextField(
                "Input",
                before.stdin or "",
                at="action.stdin",
                mono=True,
                rows=3,
                optional=True,
                full=True,
                form=fields,
            )

    def value(self) -> dict[str, Any]:
        """The action, without its kind. Raises FieldError."""
        try:
            given: dict[str, Any] = {"argv": shlex.split(self._argv.value)}
        except ValueError:
            raise FieldError("action.argv", "A quote is not closed.") from None
        if env := pairs_value(self._env):
            given["env"] = env
        if self._cwd.value.strip():
            given["cwd"] = self._cwd.value.strip()
        if self._stdin.value:
            given["stdin"] = self._stdin.value
        return given
