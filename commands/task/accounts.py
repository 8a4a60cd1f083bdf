"""`onthedot task why` and `ledger`: what happened at each instant."""

from __future__ import annotations

from datetime import datetime

import click

from onthedot.commands.ids import task_argument
from onthedot.commands.reaching import server
from onthedot.commands.terminal.output import (
    Column,
    Format,
    output_option,
    plain,
    say,
    show_list,
    show_one,
)
from onthedot.commands.terminal.times import INSTANT, lasting, shown
from onthedot.scheduling.ledger.entries import LedgerEntry

COLUMNS = (
    Column[LedgerEntry]("AT", lambda entry: shown(entry.at)),
    Column[LedgerEntry]("STATE", lambda entry: entry.state.value, coloured=True),
    Column[LedgerEntry]("REASON", lambda entry: entry.reason.value if entry.reason else ""),
    Column[LedgerEntry]("LATE BY", lambda entry: _late_by(entry)),
    Column[LedgerEntry]("DETAIL", lambda entry: entry.detail),
)


@click.command(
    short_help="Why did it not run?",
    epilog="\b\nExamples:\n  onthedot task why nightly-report\n"
    "  onthedot task why nightly-report --at 2026-11-25T02:30",
)
@task_argument()
@click.option("--at", type=INSTANT, help="The instant (default the last one without a run).")
@output_option
def why(task_id: str, at: datetime | None, form: str) -> None:
    """Explain in one sentence why a task did not run."""
    with server() as there:
        found = there.get_why(task_id, at=at)
    if form == Format.TABLE:
        click.echo(found.answer)
    else:
        show_one(found, form, lambda _: (), found.task_id)


@click.command(
    short_help="List what happened at every instant.",
    epilog="\b\nExample:\n  onthedot task ledger nightly-report --since -7d",
)
@task_argument()
@click.option("--since", type=INSTANT, help="The start (default a day before --until).")
@click.option("--until", type=INSTANT, help="The end, which may be in the future (default now).")
@output_option
def ledger(task_id: str, since: datetime | None, until: datetime | None, form: str) -> None:
    """List every instant at which a task should have run, and what happened."""
    with server() as there:
        found = there.get_ledger(task_id, since=since, until=until)
    show_list(found.items, form, COLUMNS, lambda entry: plain(entry)["at"])
    if form == Format.TABLE:
        told = ", ".join(f"{count} {state}" for state, count in found.counts.items() if count)
        say(f"From {shown(found.since)} to {shown(found.until)}: {told or 'nothing was due'}.")


def _late_by(entry: LedgerEntry) -> str:
    return lasting(entry.run.lateness) if entry.run else ""
