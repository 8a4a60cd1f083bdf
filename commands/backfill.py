"""`onthedot backfill`: runs past occurrences."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

import click

from onthedot.client import OnTheDot
from onthedot.commands.ids import task_argument
from onthedot.commands.reaching import server
from onthedot.commands.terminal.output import Column, output_option, say, show_list, show_one
from onthedot.commands.terminal.times import INSTANT, shown
from onthedot.commands.terminal.watching import PACE
from onthedot.scheduling.stored.backfill import Backfill, BackfillStatus

COLUMNS = (
    Column[Backfill]("BACKFILL", lambda found: found.id),
    Column[Backfill]("STATUS", lambda found: found.status.value, coloured=True),
    Column[Backfill]("FROM", lambda found: shown(found.start)),
    Column[Backfill]("TO", lambda found: shown(found.end)),
    Column[Backfill]("DONE", lambda found: f"{found.done} of {found.total}"),
)


@click.command(
    short_help="Run past occurrences of a task.",
    epilog="\b\nExamples:\n"
    "  onthedot backfill nightly-report --from 2026-11-01 --to 2026-11-08 --wait\n"
    "  onthedot backfill nightly-report\n"
    "  onthedot backfill nightly-report --cancel BACKFILL",
)
@task_argument()
@click.option("--from", "start", type=INSTANT, help="The first one at or after it.")
@click.option("--to", "end", type=INSTANT, help="The last one at or before it.")
@click.option(
    "--overlap",
    type=click.Choice(["buffer_all", "allow_all"]),
    help="One after the other, or in parallel (default the task's own policy).",
)
@click.option("--wait", is_flag=True, help="Wait for the end: exit 0 if completed, else 1.")
@click.option("--cancel", metavar="BACKFILL", help="Stop a backfill in progress.")
@output_option
@click.pass_context
def backfill(
    ctx: click.Context,
    task_id: str,
    start: datetime | None,
    end: datetime | None,
    overlap: str | None,
    wait: bool,
    cancel: str | None,
    form: str,
) -> None:
    """Run the past occurrences of a recurring task in a period.

    Without --from and --to, list the task's backfills.
    """
    if (start is None) != (end is None) or (cancel and start):
        raise click.UsageError("Give --from and --to, or --cancel, or none of them.")
    with server() as there:
        if cancel:
            found = there.cancel_backfill(cancel)
        elif start is None or end is None:
            items = there.list_backfills(task_id).items
            show_list(items, form, COLUMNS, lambda one: one.id)
            return
        else:
            found = there.start_backfill(task_id, start=start, end=end, overlap=overlap)
            if wait:
                found = _followed(there, found)
    show_one(found, form, _rows, found.id)
    if wait and found.status is not BackfillStatus.COMPLETED:
        ctx.exit(1)


def _followed(there: OnTheDot, found: Backfill) -> Backfill:
    said = -1
    while found.status is BackfillStatus.RUNNING:
        if found.done != said:
            said = found.done
            say(f"{found.id}: {found.done} of {found.total} done")
        time.sleep(PACE.total_seconds())
        found = there.get_backfill(found.id)
    return found


def _rows(found: Backfill) -> Sequence[tuple[str, str]]:
    return (
        ("Backfill", found.id),
        ("Task", found.task_id),
        ("Status", found.status.value),
        ("From", shown(found.start)),
        ("To", shown(found.end)),
        ("Overlap", found.overlap.value),
        ("Done", f"{found.done} of {found.total}"),
        ("In Temporal", found.links.temporal_ui),
    )
