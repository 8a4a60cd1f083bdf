"""The server that commands talk to: its address, and the messages of failed calls."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import click

from onthedot.client import (
    AsyncOnTheDot,
    CallFailed,
    OnTheDot,
    ProblemResponse,
    Unauthorized,
    Unreachable,
)
from onthedot.client.exchange import DEFAULT_URL

Client = TypeVar("Client")

#: Read from the environment alone. A `.env` from someone else's repository could decide which
#: server the token is sent to.
URL = "ONTHEDOT_URL"
TOKEN = "ONTHEDOT_TOKEN"


def server_url() -> str:
    """The address of the server."""
    return os.environ.get(URL) or DEFAULT_URL


def server_token() -> str | None:
    """The caller's token, or None."""
    return os.environ.get(TOKEN) or None


def server() -> OnTheDot:
    """The server, for use in a `with`. Raises: click.UsageError: the environment names an invalid
    one.
    """
    return _made(OnTheDot)


def async_server() -> AsyncOnTheDot:
    """The same for an `async with`."""
    return _made(AsyncOnTheDot)


def _made(client: Callable[[str, str | None], Client]) -> Client:
    try:
        return client(server_url(), server_token())
    except ValueError as error:
        raise click.UsageError(f"{URL} or {TOKEN}: {error}") from None


def explained(error: CallFailed) -> str:
    """The failure in one line or more: what happened and what to do."""
    if isinstance(error, Unreachable):
        return f"{error} Start one with `onthedot dev`, or set {URL} to its address."
    if isinstance(error, Unauthorized):
        return f"{error} Put a token into {TOKEN}; `onthedot token new` makes one."
    if isinstance(error, ProblemResponse) and error.problem.errors:
        wrong = [f"  {found.field or 'body'}: {found.message}" for found in error.problem.errors]
        return "\n".join([f"{error.problem.title}:", *wrong])
    return str(error)
