"""Reads the settings, and reports problems in one line that never contains a value."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from onthedot.settings.settings import PREFIX, Settings

#: The prefix of variables with secrets for tasks, which are not settings.
SECRET_PREFIX = "ONTHEDOT_SECRET_"

#: Variables of commands that talk to a server: its address, and the caller's token.
CLIENT_VARIABLES = frozenset({"ONTHEDOT_URL", "ONTHEDOT_TOKEN"})


class SettingsError(Exception):
    """A setting is wrong or missing. The message is one line and says what to change."""


def load(options: Mapping[str, Any] | None = None) -> Settings:
    """All settings; `options` are those of the command line, and take precedence.

    Raises SettingsError, in one line that never contains a value.
    """
    given = {name: value for name, value in (options or {}).items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(_explain(error, given)) from None


def require_tokens_beyond_loopback(settings: Settings) -> None:
    """Raise SettingsError if the server would be open to a network without any token."""
    if settings.guarded or is_loopback(settings.host):
        return
    raise SettingsError(
        f"Refusing to listen on {settings.host} without a token: anyone who reaches it could run "
        f"tasks. Set ONTHEDOT_API_TOKENS (`onthedot token new NAME` prints one), or leave --host "
        f"at 127.0.0.1."
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`. Of names, only `localhost` counts."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Variables that look like settings but are not: most likely misspelt."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | CLIENT_VARIABLES
    return sorted(
        name
        for name in environ
        if name.startswith(PREFIX) and not name.startswith(SECRET_PREFIX) and name not in known
    )


def _explain(error: ValidationError, options: Mapping[str, Any]) -> str:
    problems = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        if not item["loc"]:
            problems.append(f"{item['msg'].removeprefix('Value error, ')}.")
            continue
        name = str(item["loc"][0])
        shown = f"--{name.replace('_', '-')}" if name in options else PREFIX + name.upper()
        message = item["msg"].removeprefix("Value error, ")
        problems.append(f"{shown}: {message}.")
    return " ".join(problems)
