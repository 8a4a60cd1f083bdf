"""Ids as arguments, completed by asking the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

Command = TypeVar("Command", bound=Callable[..., Any])

#: A shell that waits longer is worse than one that completes nothing.
_PATIENCE = timedelta(seconds=2)
_MOST = 100


def task_argument(*, many: bool = False) -> Callable[[Command], Command]:
    """The argument TASK, or several."""
    return click.argument(
        "task_ids" if many else "task_id",
        nargs=-1 if many else 1,
        required=True,
        metavar="TASK..." if many else "TASK",
        shell_complete=_tasks,
    )


def run_argument(command: Command) -> Command:
    """The argument RUN."""
    return click.argument("run_id", metavar="RUN", shell_complete=_runs)(command)


def _tasks(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    return _asked(
        lambda server: [
            CompletionItem(task.id, help=task.name)
            for task in islice(server.list_tasks(q=start or None, page_size=_MOST), _MOST)
            if task.id.startswith(start)
        ]
    )


def _runs(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    return _asked(
        lambda server: [
            CompletionItem(run.id, help=run.status.value)
            for run in islice(server.list_runs(page_size=_MOST), _MOST)
            if run.id.startswith(start)
        ]
    )


def _asked(ask: Callable[[Any], list[CompletionItem]]) -> list[CompletionItem]:
    """Ids that the server knows; none if it does not respond."""
    from onthedot.client import CallFailed, OnTheDot
    from onthedot.commands.reaching import server_token, server_url

    try:
        with OnTheDot(
            server_url(), server_token(), timeout=_PATIENCE, patience=timedelta(0)
        ) as server:
            return ask(server)
    except (CallFailed, ValueError):
        return []
