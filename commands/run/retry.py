"""`onthedot run retry`: runs the same occurrence again."""

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
@click.option("--wait", is_flag=True, help="Wait for the end: exit 0 if it succeeded, else 1.")
@output_option
@click.pass_context
def retry(ctx: click.Context, run_id: str, wait: bool, form: str) -> None:
    """Run the occurrence of a run again, with the same due time.

    A recurring task runs with its current definition.
    """
    with server() as there:
        started = there.retry_run(run_id)
        if wait:
            ctx.exit(follow(there, started.id, form))
    show_one(started, form, rows, started.id)
