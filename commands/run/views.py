"""`onthedot run list`, `show` and `cancel`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import click

from onthedot.applying.yaml_output import to_yaml
from onthedot.commands.ids import run_argument
from onthedot.commands.reaching import server
from onthedot.commands.terminal.output import (
    Column,
    Format,
    output_option,
    say,
    show_list,
    show_one,
)
from onthedot.commands.terminal.times import INSTANT, lasting, shown
from onthedot.commands.terminal.watching import watch_option, watched
from onthedot.scheduling.run import Run, RunCause, RunStatus, ShortRun

COLUMNS = (
    Column[ShortRun]("RUN", lambda run: run.id),
    Column[ShortRun]("STATUS", lambda run: run.status.value, coloured=True),
    Column[ShortRun]("DUE", lambda run: shown(run.scheduled_for)),
    Column[ShortRun]("LATE BY", lambda run: lasting(run.lateness)),
    Column[ShortRun]("TOOK", lambda run: _took(run)),
    Column[ShortRun]("CAUSE", lambda run: run.cause.value),
    Column[ShortRun]("ERROR", lambda run: _error(run)),
)


@click.command(
    "list",
    short_help="List runs.",
    epilog="\b\nExamples:\n"
    "  onthedot run list --task nightly-report\n"
    "  onthedot run list --status failed --since -1d",
)
@click.option("--task", "task_id", metavar="TASK", help="Only this task.")
@click.option("--status", type=click.Choice([s.value for s in RunStatus]))
@click.option(
    "--tag", multiple=True, help="Only tasks with this tag. If repeated: with all of them."
)
@click.option("--cause", type=click.Choice([c.value for c in RunCause]), help="Why the run exists.")
@click.option("--error", metavar="TYPE", help="The type of error, such as HttpStatus.")
@click.option("--failure", metavar="ID", help="The cause of failure, by its id in incidents.")
@click.option("-q", "--search", "q", metavar="TEXT", help="Only tasks that contain these words.")
@click.option("--since", type=INSTANT, help="Due at or after this time.")
@click.option("--until", type=INSTANT, help="Due at or before this time.")
@click.option(
    "--archived", is_flag=True, default=None, help="List the archive, which outlives the retention."
)
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="The most rows."
)
@watch_option
@output_option
def list_(
    task_id: str | None,
    status: str | None,
    since: datetime | None,
    until: datetime | None,
    archived: bool | None,
    limit: int,
    watch: bool,
    form: str,
    **of_all: Any,
) -> None:
    """List runs: running ones first, then by their end, newest first."""
    if task_id and any(of_all.values()):
        raise click.UsageError(
            "--tag, --cause, --error, --failure and --search cannot be combined with --task."
        )
    with server() as there, watched(watch) as rounds:
        for _ in rounds:
            # One more than shown, to know whether there are more.
            both: dict[str, Any] = {
                "status": status,
                "since": since,
                "until": until,
                "archived": archived,
            }
            rows_wanted = min(limit + 1, 500)
            found = (
                there.list_task_runs(task_id, page_size=rows_wanted, **both)
                if task_id
                else there.list_runs(page_size=rows_wanted, **both, **of_all)
            )
            some = list(islice(found, limit + 1))
            show_list(some[:limit], form, COLUMNS, lambda run: run.id)
            if len(some) > limit:
                say(f"There are more than {limit}: --limit shows more of them.")


@click.command(
    short_help="Show a run.",
    epilog="\b\nExample:\n  onthedot run show RUN -o json",
)
@run_argument
@output_option
def show(run_id: str, form: str) -> None:
    """Show one run with its output."""
    with server() as there:
        found = there.get_run(run_id)
    show_one(found, form, rows, found.id)


@click.command(
    short_help="Cancel runs.",
    epilog="\b\nExample:\n  onthedot run cancel RUN",
)
@run_argument
@output_option
def cancel(run_id: str, form: str) -> None:
    """Ask the action of a run in progress to stop."""
    with server() as there:
        found = there.cancel_run(run_id)
    if form == Format.TABLE:
        click.echo(f"{found.id} was asked to stop")
    else:
        show_one(found, form, rows, found.id)


def rows(run: ShortRun) -> Sequence[tuple[str, str]]:
    """The lines about a run."""
    more: tuple[tuple[str, str], ...] = ()
    if isinstance(run, Run):
        output = run.output
        told = output if isinstance(output, str) else to_yaml(output) if output is not None else ""
        more = (("Waiting for", run.waiting_for), ("Output", told))
    return (
        ("Run", run.id),
        ("Task", run.task_id),
        ("Status", run.status.value),
        ("Due", shown(run.scheduled_for)),
        ("Started", shown(run.started_at)),
        ("Finished", shown(run.finished_at)),
        ("Late by", lasting(run.lateness)),
        ("Took", _took(run)),
        ("Attempts", str(run.attempts)),
        ("Cause", run.cause.value),
        ("Asked by", run.requested_by),
        ("Error", _error(run)),
        *more,
        ("In Temporal", run.links.temporal_ui),
    )


def _took(run: ShortRun) -> str:
    if run.started_at is None or run.finished_at is None:
        return ""
    return lasting(run.finished_at - run.started_at)


def _error(run: ShortRun) -> str:
    return f"{run.error.type}: {run.error.message}" if run.error else ""
