"""`onthedot run watch`: stays with a run until it has ended."""

from __future__ import annotations

import time
from datetime import timedelta

import click

from onthedot.client import OnTheDot
from onthedot.commands.ids import run_argument
from onthedot.commands.output import output_option, say, show_one
from onthedot.commands.reaching import server
from onthedot.commands.run.views import rows
from onthedot.scheduling.run import Run, RunStatus

#: How soon the server is asked again: sooner at first, as most runs are short.
_PACES = (0.2, 0.3, 0.5, 1.0)
_STEADY = timedelta(seconds=2)


@click.command(
    short_help="Follow a run until it has ended.",
    epilog="\b\nExample:\n  onthedot run watch RUN && echo done",
)
@run_argument
@output_option
@click.pass_context
def watch(ctx: click.Context, run_id: str, form: str) -> None:
    """Follow a run until it has ended: exit 0 if it succeeded, else 1.

    Ctrl-C leaves the run alone.
    """
    with server() as there:
        ctx.exit(follow(there, run_id, form))


def follow(there: OnTheDot, run_id: str, form: str) -> int:
    """Stays with a run until it has ended, and prints it; returns the exit code."""
    said, asked = "", 0
    while (run := there.get_run(run_id)).status is RunStatus.RUNNING:
        if (now := _standing(run)) != said:
            say(now)
            said = now
        time.sleep(_PACES[asked] if asked < len(_PACES) else _STEADY.total_seconds())
        asked += 1
    show_one(run, form, rows, run.id)
    return 0 if run.status is RunStatus.SUCCEEDED else 1


def _standing(run: Run) -> str:
    told = f"{run.id}: {run.status.value}"
    if run.attempts > 1:
        told += f", attempt {run.attempts}"
    return told + (f", waiting for {run.waiting_for}" if run.waiting_for else "")
