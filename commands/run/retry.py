"""`onthedot run retry`: the same occurrence, once more."""

from __future__ import annotations

import click

from onthedot.commands.ids import run_argument
from onthedot.commands.reaching import server
from onthedot.commands.run.views import rows
from onthedot.commands.run.watch import follow
from onthedot.commands.terminal.output import output_option, show_one


@click.command(
    short_help="Run the occurrence of a run again.",
    epilog="\b\nExample:\n  onthedot run retry RUN --wait",
)
@run_argument
@click.option("--wait", is_flag=True, help="Until it has ended: exit 0 if it succeeded, else 1.")
@output_option
@click.pass_context
def retry(ctx: click.Context, run_id: str, wait: bool, form: str) -> None:
    """Run the occurrence of a run again, due when the first one was.

    An occurrence of a recurring task is carried out as the task is defined now.
    """
    with server() as there:
        started = there.retry_run(run_id)
        if wait:
            ctx.exit(follow(there, started.id, form))
    show_one(started, form, rows, started.id)
