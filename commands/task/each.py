"""Does the same to several tasks, and continues after failures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from onthedot.client import CallFailed, OnTheDot, ProblemResponse
from onthedot.commands.reaching import explained, server
from onthedot.commands.terminal.output import say


def for_each(task_ids: Sequence[str], change: Callable[[OnTheDot, str], object], done: str) -> None:
    """Applies `do` to each, and reports it. Raises SomeFailed if any was refused; each refusal has
    been reported.
    """
    failed = 0
    with server() as there:
        for task_id in task_ids:
            try:
                change(there, task_id)
            except ProblemResponse as error:
                failed += 1
                say(f"onthedot: {task_id}: {explained(error)}")
            else:
                click.echo(f"{task_id} {done}")
    if failed:
        raise SomeFailed(failed, len(task_ids))


class SomeFailed(CallFailed):
    """Some of several tasks were refused; each refusal has been reported."""

    def __init__(self, failed: int, of: int) -> None:
        super().__init__(f"{failed} of {of} failed.")
