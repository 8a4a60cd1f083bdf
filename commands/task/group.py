"""`onthedot task`: the group. The other files in this folder have its commands."""

from __future__ import annotations

import click

from onthedot.commands.task.accounts import ledger, why
from onthedot.commands.task.changes import delete, pause, resume, run
from onthedot.commands.task.create import create
from onthedot.commands.task.edit import edit
from onthedot.commands.task.history import restore, revisions
from onthedot.commands.task.views import list_, show

task = click.Group(
    "task",
    commands=[
        *(list_, show, create, edit, pause, resume, run, delete, restore),
        *(revisions, why, ledger),
    ],
    help="List, show, create, change and run tasks.",
)
