"""`onthedot run`: the group. The other files in this folder have its commands."""

from __future__ import annotations

import click

from onthedot.commands.run.export import export
from onthedot.commands.run.views import cancel, list_, show
from onthedot.commands.run.watch import retry, watch

run = click.Group(
    "run",
    commands=[list_, show, watch, cancel, retry, export],
    help="List, show, watch, cancel, retry and export runs.",
)
