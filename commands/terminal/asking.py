"""Questions before destructive actions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def yes_option(command: Command) -> Command:
    """The option --yes."""
    return click.option("-y", "--yes", is_flag=True, help="Do not ask.")(command)


def confirmed(question: str, yes: bool) -> None:
    """Returns if the answer is yes. Raises: click.UsageError: there is no terminal to ask on.
    click.Abort: the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} Give --yes: there is no terminal to ask on.")
    click.confirm(question, abort=True, err=True)
