"""`onthedot run`: the group. The other files in this folder have its commands."""

from __future__ import annotations

import click

from onthedot.commands.run.export import export
from onthedot.commands.run.views import cancel, list_, show
from onthedot.commands.run.watch import retry, watch


@click.group(short_help="List, show, watch, cancel, retry and export runs.")
def run() -> None:
    """List, show, watch, cancel, retry and export runs."""


for command in (list_, show, watch, cancel, retry, export):
    run.add_command(command)
